import { FieldSetCache } from "../src/apply/field-set-cache.ts";
import { applyConfiguration, trackUpdate } from "../src/apply/updater.ts";
import type { WriteDoor } from "../src/apply/updater.ts";
import { dataDirectory } from "../src/config/data-files.ts";
import { isObject, setOwn } from "../src/object/json.ts";
import type { JsonObject, JsonValue } from "../src/object/json.ts";
import type { KubeObject } from "../src/object/kube-object.ts";
import { decode } from "../src/schema/decode.ts";
import { loadTypes } from "../src/schema/load.ts";
import { cpuMicroseconds } from "./cpu.ts";
import { rounded, type Result } from "./result.ts";

const now = "2026-01-01T00:00:00Z";
const apiVersion = "apps/v1";
const schema = loadTypes(dataDirectory()).schemaFor("io.k8s.api.apps.v1.Deployment");

const container = (name: string): JsonObject => ({
  name,
  image: `registry.example.com/shop/${name}:1.42.7`,
  args: ["--listen=0.0.0.0:8080", "--log-format=json", "--tracing=otlp"],
  env: Array.from({ length: 6 }, (_, i) => ({ name: `SETTING_${i}`, value: `value-of-setting-${i}` })),
  ports: [
    { containerPort: 8080, name: "http", protocol: "TCP" },
    { containerPort: 9090, name: "metrics", protocol: "TCP" },
  ],
  resources: { limits: { cpu: "1", memory: "512Mi" }, requests: { cpu: "100m", memory: "128Mi" } },
  volumeMounts: [
    { name: "config", mountPath: "/etc/app" },
    { name: "data", mountPath: "/var/lib/app" },
  ],
  livenessProbe: {
    httpGet: { path: "/healthz", port: "http", scheme: "HTTP" },
    periodSeconds: 10,
    timeoutSeconds: 1,
    successThreshold: 1,
    failureThreshold: 3,
  },
  readinessProbe: {
    httpGet: { path: "/readyz", port: "http", scheme: "HTTP" },
    periodSeconds: 5,
    timeoutSeconds: 1,
    successThreshold: 1,
    failureThreshold: 3,
  },
});
const labels = { "app.kubernetes.io/name": "shop", "app.kubernetes.io/component": "web", "app.kubernetes.io/managed-by": "bench" };
const config: JsonObject = {
  apiVersion,
  kind: "Deployment",
  metadata: {
    name: "shop",
    namespace: "default",
    labels,
    annotations: { "example.com/owner": "team-shop", "example.com/revision": "0f3c2a1b" },
  },
  spec: {
    replicas: 3,
    selector: { matchLabels: labels },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } },
    template: {
      metadata: { labels },
      spec: {
        containers: [container("web"), container("sidecar")],
        volumes: [
          { name: "config", configMap: { name: "shop", defaultMode: 420 } },
          { name: "data", emptyDir: {} },
        ],
        tolerations: [{ key: "dedicated", operator: "Equal", value: "shop", effect: "NoSchedule" }],
      },
    },
  },
};

const door: WriteDoor = {
  apiVersion,
  kind: "Deployment",
  schema,
  subresource: "",
  resetFields: { [apiVersion]: { "f:status": {} } },
  cache: new FieldSetCache(),
};
const body = JSON.stringify(config);
const stored = (object: JsonObject): KubeObject => {
  const decoded = decode(object, schema);
  if (!decoded.ok) throw new Error(decoded.message);
  return decoded.value as KubeObject;
};
const liveText = JSON.stringify(
  stored(applyConfiguration({ door, live: undefined, applied: config, manager: "bench", force: false, now }).object),
);

function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) if (value !== undefined) setOwn(merged, name, mergePatch(merged[name], value));
  return merged;
}

function patchOnce(): void {
  const live = JSON.parse(liveText) as KubeObject;
  const updated = stored(mergePatch(live, JSON.parse(body) as JsonObject) as JsonObject);
  trackUpdate({ door, live, updated, manager: "patcher", now });
}

function applyOnce(): void {
  const live = JSON.parse(liveText) as KubeObject;
  const result = applyConfiguration({ door, live, applied: JSON.parse(body) as JsonObject, manager: "bench", force: false, now });
  stored(result.object);
}

/**
 * Applying an unchanged Deployment against a merge patch of the same text, both up to the object that would be stored:
 * parse the live object and the body, merge, decode, tell the owners.
 */
export async function benchApply(): Promise<readonly Result[]> {
  const patch = cpuMicroseconds(patchOnce);
  const apply = cpuMicroseconds(applyOnce);
  return [
    {
      what: `apply of an unchanged ${liveText.length}-byte Deployment, of a merge patch`,
      measured: apply / patch,
      unit: "",
      aim: { atMost: 2.5 },
      detail: `${rounded(apply)} µs of CPU, merge patch ${rounded(patch)}`,
    },
  ];
}
