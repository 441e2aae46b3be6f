/** Objects that are written, as a client would send them. */
export const objects = { pod, deployment, configMap, custom } as const;

const container = {
  name: "web",
  image: "registry.example.com/shop/web:1.27.4",
  args: ["--listen=:8080", "--log-level=info"],
  ports: [{ name: "http", containerPort: 8080 }],
  env: [
    { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "CACHE_SIZE", value: "256" },
  ],
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
  readinessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 5 },
};
const labels = { "app": "web", "pod-template-hash": "7c5ddbdf54" };
const annotations = { "example.com/seq": "0", "example.com/owner": "team-checkout" };
const podSpec = { containers: [container], nodeSelector: { "kubernetes.io/os": "linux" } };

/** 3.3 KB once the server has added defaults, the token volume and managedFields. */
function pod(name: string): object {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, labels, annotations }, spec: podSpec };
}

/** 3 KB stored. */
function deployment(name: string): object {
  const template = { metadata: { labels }, spec: podSpec };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels, annotations },
    spec: { selector: { matchLabels: labels }, template },
  };
}

/** As large as the body of a Deployment above. */
function configMap(name: string): object {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, labels, annotations },
    data: { "app.properties": "color=purple retries=5 ".repeat(28) },
  };
}

/** As large as those. */
function custom(name: string): object {
  const rules = Array.from({ length: 4 }, (_, index) => ({ host: `shop-${index}.example.com`, port: 8080 + index, weight: index }));
  return {
    apiVersion: "bench.example.com/v1",
    kind: "Route",
    metadata: { name, labels, annotations },
    spec: { class: "edge", retries: 5, comment: "color=purple ".repeat(28), rules },
  };
}

const texts = { type: "string", maxLength: 500 };
const rule = {
  type: "object",
  required: ["host"],
  properties: { host: texts, port: { type: "integer", maximum: 65535 }, weight: { type: "integer" } },
};
const spec = {
  type: "object",
  properties: { class: texts, retries: { type: "integer" }, comment: texts, rules: { type: "array", items: rule } },
};

/** What makes the custom objects above. */
export const customDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "routes.bench.example.com" },
  spec: {
    group: "bench.example.com",
    scope: "Namespaced",
    names: { plural: "routes", kind: "Route" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object", properties: { spec } } } }],
  },
};

/** Where objects of these kinds are created. */
export const collections = {
  pod: "/api/v1/namespaces/default/pods",
  deployment: "/apis/apps/v1/namespaces/default/deployments",
  configMap: "/api/v1/namespaces/default/configmaps",
  custom: "/apis/bench.example.com/v1/namespaces/default/routes",
} as const;
