import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { startServer, type AdmissionFunction, type RunningServer } from "../src/index.ts";
import { allowWith, hookServer, type HookServer } from "../src/admission/webhooks/hook-server.test-support.ts";
import { needs } from "./programs.ts";

const run = promisify(execFile);

/** Admission of the program's own: every ConfigMap gets an owner's label, and none is called "forbidden". */
const OWN: AdmissionFunction = {
  name: "own.example.com",
  handles: ({ resource, subresource, operation }) => resource === "configmaps" && subresource === "" && operation !== "DELETE",
  mutate({ object, namespace }) {
    if (object !== undefined && namespace === "own") (object.metadata.labels ??= {})["example.com/seen"] = "yes";
  },
  validate(request) {
    request.annotate("seen", request.user.name);
    if (request.name === "forbidden") throw request.refusal("our own program says no");
    if (request.namespace === "own") request.warn("our own program looks at this");
  },
};

describe("admission, asked by kubectl", needs("kubectl"), () => {
  let directory = "";
  let server: RunningServer;
  let hooks: HookServer;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "admission-"));
    hooks = await hookServer();
    await writeFile(join(directory, "hooks.kubeconfig"), `users: [{name: "127.0.0.1:${hooks.port}", user: {token: hook-secret}}]\n`);
    const admissionConfigFile = join(directory, "admission.yaml");
    await writeFile(
      admissionConfigFile,
      `apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    defaults: {audit: restricted}
    exemptions: {namespaces: [free]}
- name: ValidatingAdmissionWebhook
  configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: WebhookAdmissionConfiguration, kubeConfigFile: hooks.kubeconfig}
`,
    );
    server = await startServer({
      dataDir: join(directory, "data"),
      port: 0,
      storageBackend: "memory",
      allowPrivileged: true,
      controllers: ["serviceaccount"],
      enableAdmissionPlugins: ["AlwaysPullImages", "RequireNetworkPolicy"],
      disableAdmissionPlugins: ["DefaultTolerationSeconds"],
      admissionConfigFile,
      admission: [OWN],
    });
  });
  after(async () => {
    await server.close();
    await hooks[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });
  const kubectl = (...args: string[]): Promise<{ readonly stdout: string; readonly stderr: string }> =>
    run("kubectl", ["--kubeconfig", server.kubeconfigPath, "--cache-dir", join(directory, "cache"), ...args]);
  const refused = async (...args: string[]): Promise<string> => {
    try {
      await kubectl(...args);
    } catch (error) {
      return (error as { readonly stderr: string }).stderr;
    }
    return assert.fail(`kubectl ${args.join(" ")} succeeded`);
  };
  const file = async (manifest: object): Promise<string> => {
    const path = join(directory, "manifest.json");
    await writeFile(path, JSON.stringify(manifest));
    return path;
  };

  test("pods are held to the level of their namespace, and who raises it is told of those that are there", async () => {
    await kubectl("create", "namespace", "secure");
    await kubectl("-n", "secure", "run", "early", "--image=nginx", "--privileged");
    const { stderr } = await kubectl("label", "namespace", "secure", "pod-security.kubernetes.io/enforce=baseline");
    assert.match(stderr, /Warning: existing pods in namespace "secure" violate the new PodSecurity enforce level "baseline:latest"/);
    assert.match(stderr, /Warning: early: privileged/);
    const text = await refused("-n", "secure", "run", "late", "--image=nginx", "--privileged");
    assert.match(text, /pods "late" is forbidden: violates PodSecurity "baseline:latest": privileged \(container "late" must not set/);
    await kubectl("-n", "secure", "run", "plain", "--image=nginx");
    const template = { metadata: { labels: { a: "b" } }, spec: { hostNetwork: true, containers: [{ name: "c", image: "nginx" }] } };
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "d" },
      spec: { selector: { matchLabels: { a: "b" } }, template },
    };
    const warned = await kubectl("-n", "secure", "create", "-f", await file(deployment));
    assert.match(warned.stderr, /Warning: would violate PodSecurity "baseline:latest": host namespaces \(hostNetwork=true\)/);
    assert.match(
      await refused("label", "namespace", "secure", "--overwrite", "pod-security.kubernetes.io/enforce=tight"),
      /must be one of privileged/,
    );
    await kubectl("create", "namespace", "free");
    await kubectl("label", "namespace", "free", "pod-security.kubernetes.io/enforce=restricted");
    await kubectl("-n", "free", "run", "any", "--image=nginx", "--privileged");
  });

  test("a quota says what was asked for, used and allowed", async () => {
    await kubectl("create", "namespace", "small");
    await kubectl("-n", "small", "create", "quota", "q", "--hard=configmaps=3,requests.cpu=1");
    const status = { status: { hard: { "configmaps": "3", "requests.cpu": "1" }, used: { "configmaps": "1", "requests.cpu": "0" } } };
    await kubectl("-n", "small", "patch", "quota", "q", "--subresource=status", "--type=merge", "-p", JSON.stringify(status));
    await kubectl("-n", "small", "create", "configmap", "a");
    await kubectl("-n", "small", "create", "configmap", "b");
    assert.match(
      await refused("-n", "small", "create", "configmap", "c"),
      /exceeded quota: q, requested: configmaps=1, used: configmaps=3, limited: configmaps=3/,
    );
    assert.match(await refused("-n", "small", "run", "p", "--image=nginx"), /failed quota: q: must specify requests\.cpu for: p/);
    assert.match((await kubectl("-n", "small", "describe", "quota", "q")).stdout, /configmaps\s+3\s+3/);
  });

  test("plugins are turned on and off by name", async () => {
    await kubectl("create", "namespace", "open");
    await kubectl("-n", "open", "run", "p", "--image=nginx:1", "--image-pull-policy=Never");
    const { stdout } = await kubectl(
      "-n",
      "open",
      "get",
      "pod",
      "p",
      "-o",
      "jsonpath={.spec.containers[0].imagePullPolicy}|{.spec.tolerations}",
    );
    assert.equal(stdout, "Always|");
    await kubectl("label", "namespace", "open", "binnacle.io/require-network-policy=true");
    assert.match(await refused("-n", "open", "run", "q", "--image=nginx"), /requires that a NetworkPolicy selects the pod/);
    const policy = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "all" }, spec: { podSelector: {} } };
    await kubectl("-n", "open", "create", "-f", await file(policy));
    await kubectl("-n", "open", "run", "q", "--image=nginx");
  });

  test("functions of the embedding program change and refuse writes", async () => {
    await kubectl("create", "namespace", "own");
    const { stderr } = await kubectl("-n", "own", "create", "configmap", "m");
    assert.match(stderr, /Warning: our own program looks at this/);
    assert.match(
      (await kubectl("-n", "own", "get", "configmap", "m", "-o", "jsonpath={.metadata.labels}")).stdout,
      /"example\.com\/seen":"yes"/,
    );
    assert.match(
      await refused("-n", "own", "create", "configmap", "forbidden"),
      /configmaps "forbidden" is forbidden: our own program says no/,
    );
  });

  const rules = (...resources: string[]) => [{ operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources }];
  const forNamespace = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });

  test("webhooks over HTTPS change and refuse what kubectl does, connections too, and know who asks them", async () => {
    await kubectl("create", "namespace", "hooked");
    for (const [type, path, resources] of [
      ["Mutating", "/m", ["configmaps"]],
      ["Validating", "/v", ["configmaps", "pods/exec"]],
    ] as const) {
      const webhook = {
        name: "hook.example.com",
        clientConfig: { url: `${hooks.url}${path}`, caBundle: hooks.caBundle },
        rules: rules(...resources),
        namespaceSelector: forNamespace("hooked"),
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
      };
      const configuration = {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: `${type}WebhookConfiguration`,
        metadata: { name: "hooked" },
        webhooks: [webhook],
      };
      await kubectl("create", "-f", await file(configuration));
    }
    hooks.hooks.set("/m", allowWith({ op: "add", path: "/metadata/labels", value: { seen: "yes" } }));
    hooks.hooks.set("/v", { allowed: true, warnings: ["the webhook looks at this"] });
    const { stderr } = await kubectl("-n", "hooked", "create", "configmap", "m");
    assert.match(stderr, /Warning: the webhook looks at this/);
    assert.equal((await kubectl("-n", "hooked", "get", "configmap", "m", "-o", "jsonpath={.metadata.labels.seen}")).stdout, "yes");
    assert.deepEqual(
      hooks.calls.map(({ path, headers }) => [path, headers.authorization]),
      [
        ["/m", undefined],
        ["/v", "Bearer hook-secret"],
      ],
    );
    hooks.hooks.set("/m", { allowed: true });
    hooks.hooks.set("/v", { allowed: false, status: { message: "not today" } });
    assert.match(
      await refused("-n", "hooked", "delete", "configmap", "m"),
      /admission webhook "hook\.example\.com" denied the request: not today/,
    );
    await kubectl("-n", "hooked", "run", "p", "--image=nginx");
    assert.match(
      await refused("-n", "hooked", "exec", "p", "--", "ls"),
      /admission webhook "hook\.example\.com" denied the request: not today/,
    );
    await kubectl("delete", "validatingwebhookconfiguration,mutatingwebhookconfiguration", "hooked");
  });

  test("a policy takes effect within a second", async () => {
    await kubectl("create", "namespace", "policed");
    const apiVersion = "admissionregistration.k8s.io/v1";
    const policy = {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: "short" },
      spec: {
        matchConstraints: { namespaceSelector: forNamespace("policed"), resourceRules: rules("configmaps") },
        validations: [{ expression: "size(object.metadata.name) < 4", messageExpression: "object.metadata.name + ' is too long'" }],
      },
    };
    const binding = {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: "short" },
      spec: { policyName: "short", validationActions: ["Deny"] },
    };
    await kubectl("create", "-f", await file({ apiVersion: "v1", kind: "List", items: [policy, binding] }));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.match(
      await refused("-n", "policed", "create", "configmap", "longer"),
      /'short' with binding 'short' denied request: longer is too long/,
    );
    await kubectl("-n", "policed", "create", "configmap", "ok");
    await kubectl("delete", "validatingadmissionpolicybinding", "short");
    await kubectl("-n", "policed", "create", "configmap", "longer");
  });
});
