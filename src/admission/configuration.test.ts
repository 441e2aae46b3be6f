import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { NO_OPINION } from "../authorization/authorizer.ts";
import { configured, readPluginConfigurations } from "./configuration.ts";
import { makePlugins } from "./plugins.ts";
import { imagePolicyWebhook, readImagePolicy } from "./plugins/image-policy-webhook.ts";
import { attributesFor, podOf, refusalOf, viewOf } from "./test-attributes.ts";

const head = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n";
const reading = (files: Record<string, string>) => (file: string) =>
  file in files ? Promise.resolve(files[file] as string) : Promise.reject(new Error(`no file ${file}`));

test("plugins' documents stand in the file or in files of their own, beside it", async () => {
  const level = (text: string) =>
    `apiVersion: pod-security.admission.config.k8s.io/v1\nkind: PodSecurityConfiguration\ndefaults: {enforce: ${text}}\n`;
  const found = await readPluginConfigurations(
    "/etc/a.yaml",
    reading({
      "/etc/a.yaml": `${head}- name: PodSecurity\n  path: own/pod.yaml\n- name: EventRateLimit\n  configuration: {apiVersion: eventratelimit.admission.k8s.io/v1alpha1, kind: Configuration, limits: []}\n- name: Priority\n`,
      "/etc/own/pod.yaml": level("baseline"),
    }),
  );
  assert.deepEqual([...found.keys()], ["PodSecurity", "EventRateLimit"]);
  assert.equal(found.get("PodSecurity")?.file, "/etc/own/pod.yaml");
  const parts = {
    view: viewOf({ namespaces: [{ metadata: { name: "ns" } }] }),
    authorize: () => NO_OPINION,
    clock: () => 0,
    configurations: found,
  };
  const make = (name: string) => makePlugins(parts as never, (one) => one === name)[0];
  const plugin = make("PodSecurity");
  assert.ok(plugin);
  assert.match((await refusalOf(plugin, attributesFor(podOf({ hostPID: true })))) ?? "", /^violates PodSecurity "baseline:latest"/);
  assert.throws(() => make("EventRateLimit"), {
    name: "StartupError",
    message: /\/etc\/a\.yaml: the configuration of EventRateLimit: limits/,
  });
});

test("a file that says what cannot be is refused, and where", async () => {
  const faulty: Record<string, RegExp> = {
    "[": /a\.yaml/,
    "[]": /no AdmissionConfiguration/,
    [`${head}- {name: X, pth: x.yaml}\n`]: /unknown field "plugins\[0\]\.pth"/,
    [`${head}- {name: X, path: a, path: b}\n`]: /key "path" already set in map/,
    [`${head}- {name: X, configuration: [a]}\n`]: /plugins\[0\]\.configuration: must be an object/,
    "kind: AdmissionConfiguration\n": /no AdmissionConfiguration/,
    [`${head}- {name: PodSecurity, configuration: {kind: PodSecurityConfiguration, apiVersion: v1}}\n`]: /no PodSecurityConfiguration of/,
    [`${head}- {name: MutatingAdmissionWebhook, configuration: {kind: Nothing}}\n`]: /no WebhookAdmissionConfiguration of apiserver/,
    [`${head}- {name: X, configuration: {}}\n- {name: X, configuration: {}}\n`]: /twice/,
  };
  for (const [text, message] of Object.entries(faulty))
    await assert.rejects(readPluginConfigurations("a.yaml", reading({ "a.yaml": text })), { name: "StartupError", message });
});

test("a backend is asked about images once as long as its answer holds, and its word counts", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "image-policy-"));
  const asked: unknown[] = [];
  let answer = '{"status":{"allowed":true,"auditAnnotations":{"k":"v"}}}';
  const backend = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      asked.push(JSON.parse(body));
      response.end(answer);
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => backend.once("listening", resolve));
  t.after(async () => {
    backend.closeAllConnections();
    backend.close();
    await rm(directory, { recursive: true });
  });
  const { port } = backend.address() as AddressInfo;
  const kubeconfig = `clusters: [{name: c, cluster: {server: "http://127.0.0.1:${port}/image"}}]\ncontexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x\n`;
  await writeFile(join(directory, "kubeconfig"), kubeconfig);
  const policy = (more: object = {}) =>
    readImagePolicy({ file: join(directory, "image.yaml"), document: { imagePolicy: { kubeConfigFile: "kubeconfig", ...more } } });
  let now = 0;
  const plugin = imagePolicyWebhook(policy(), () => now);
  const annotations = { "x.image-policy.k8s.io/ticket": "42", "other": "no" };
  const write = () => attributesFor(podOf({ containers: [{ image: "a" }], initContainers: [{ image: "b" }] }, { annotations }));
  const first = write();
  assert.equal(await refusalOf(plugin, first), undefined);
  assert.deepEqual([...first.annotations], [["imagepolicywebhook.image-policy.k8s.io/k", "v"]]);
  await refusalOf(plugin, write());
  assert.deepEqual(asked, [
    {
      kind: "ImageReview",
      apiVersion: "imagepolicy.k8s.io/v1alpha1",
      metadata: {},
      spec: { containers: [{ image: "a" }, { image: "b" }], annotations: { "x.image-policy.k8s.io/ticket": "42" }, namespace: "ns" },
      status: { allowed: false },
    },
  ]);
  now = 301_000;
  answer = '{"status":{"allowed":false,"reason":"bad image"}}';
  assert.equal(await refusalOf(plugin, write()), "image policy webhook backend denied one or more images: bad image");
  now = 600_000;
  answer = "{";
  assert.match((await refusalOf(plugin, write())) ?? "", /json parse error/);
  const open = write();
  assert.equal(
    await refusalOf(
      imagePolicyWebhook(policy({ defaultAllow: true }), () => now),
      open,
    ),
    undefined,
  );
  assert.equal(open.annotations.get("imagepolicywebhook.image-policy.k8s.io/failed-open"), "true");
  const faults = new Map([["ImagePolicyWebhook", { file: "/f", document: { imagePolicy: { kubeConfigFile: "none" } } }]]);
  assert.throws(() => configured(faults, "ImagePolicyWebhook", readImagePolicy), { name: "StartupError", message: /cannot be read/ });
});
