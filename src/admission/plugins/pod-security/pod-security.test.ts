import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../object/json.ts";
import { podLike } from "../../pod-templates.ts";
import { attributesFor, podOf, refusalOf, viewOf } from "../../test-attributes.ts";
import { NO_CONFIGURATION, readPodSecurityConfiguration, type PodSecurityConfiguration } from "./configuration.ts";
import { detailsText, violations } from "./evaluate.ts";
import { podSecurity } from "./pod-security.ts";
import { LATEST, PERMISSIVE, policyOf, type Level } from "./policy.ts";

const told = (level: Level, minor: number, spec: JsonObject, metadata: JsonObject = {}): string =>
  detailsText(violations(podLike(podOf(spec, metadata)), { level, minor }));

const PRIVILEGED = { containers: [{ name: "c", securityContext: { privileged: true } }] };
const PRIVILEGED_TEXT = 'privileged (container "c" must not set securityContext.privileged=true)';

const namespace = (labels: Record<string, string>, name = "ns") => ({
  metadata: {
    name,
    labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value])),
  },
});

function pluginFor(
  labels: Record<string, string>,
  configuration: PodSecurityConfiguration = NO_CONFIGURATION,
  pods: readonly object[] = [],
) {
  return podSecurity(viewOf({ namespaces: [namespace(labels)], pods }), configuration, () => 0);
}

test("tells several containers, values and settings in one text", () => {
  const context = (type: string) => ({ securityContext: { seccompProfile: { type } } });
  const spec = {
    ...context("Unconfined"),
    containers: [
      { name: "a", ...context("X") },
      { name: "b", ...context("X") },
    ],
  };
  assert.equal(
    told("baseline", LATEST, spec),
    'seccompProfile (pod and containers "a", "b" must not set securityContext.seccompProfile.type to "Unconfined", "X")',
  );
  const ports = {
    containers: [
      { name: "a", ports: [{ hostPort: 9 }, { hostPort: 80 }] },
      { name: "b", ports: [{ hostPort: 80 }] },
    ],
  };
  assert.equal(told("baseline", LATEST, ports), 'hostPort (containers "a", "b" use hostPorts 80, 9)');
  const options = { securityContext: { seLinuxOptions: { type: "t", user: "u", role: "r" } } };
  assert.equal(
    told("baseline", LATEST, options),
    'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "t"; user may not be set; role may not be set)',
  );
});

test("a version is judged as it was, a later one than any as the newest", () => {
  const bare = { containers: [{ name: "c" }] };
  assert.equal(told("restricted", 0, bare), 'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)');
  assert.match(told("restricted", 8, bare), /^allowPrivilegeEscalation != false/);
  assert.doesNotMatch(told("restricted", 18, bare), /seccompProfile/);
  assert.match(told("restricted", 19, bare), /seccompProfile/);
  assert.doesNotMatch(told("restricted", 21, bare), /capabilities/);
  assert.equal(told("restricted", 22, bare), told("restricted", LATEST, bare));
  const sysctl = (name: string) => ({ securityContext: { sysctls: [{ name }] } });
  assert.notEqual(told("baseline", 28, sysctl("net.ipv4.tcp_keepalive_time")), "");
  assert.equal(told("baseline", 29, sysctl("net.ipv4.tcp_keepalive_time")), "");
  const windows = { os: { name: "windows" }, securityContext: { runAsNonRoot: true }, ...bare };
  assert.notEqual(told("restricted", 24, windows), "");
  assert.equal(told("restricted", 25, windows), "");
  const annotated = { annotations: { "seccomp.security.alpha.kubernetes.io/pod": "unconfined" } };
  assert.equal(
    told("baseline", 18, bare, annotated),
    'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
  );
  assert.equal(told("baseline", 19, bare, annotated), "");
});

test("a pod in a user namespace may be root in it, but not unmask /proc where it is restricted", () => {
  const spec = (hostUsers: boolean) => ({
    hostUsers,
    containers: [{ name: "c", securityContext: { procMount: "Unmasked", runAsUser: 0 } }],
  });
  assert.match(told("baseline", LATEST, spec(true)), /^procMount/);
  assert.equal(told("baseline", LATEST, spec(false)), "");
  assert.match(told("baseline", 34, spec(false)), /^procMount/);
  assert.match(told("restricted", LATEST, spec(false)), /procMount \(container "c"/);
  assert.doesNotMatch(told("restricted", LATEST, spec(false)), /runAs/);
  assert.match(told("restricted", 34, spec(false)), /runAsUser=0/);
});

test("enforces on pods, tells auditors, and warns of templates", async () => {
  const plugin = pluginFor({ enforce: "baseline" });
  const asked = attributesFor(podOf(PRIVILEGED));
  assert.equal(await refusalOf(plugin, asked), `violates PodSecurity "baseline:latest": ${PRIVILEGED_TEXT}`);
  assert.deepEqual([...asked.annotations], [["pod-security.kubernetes.io/enforce-policy", "baseline:latest"]]);
  const deployment = attributesFor(
    { metadata: { name: "d" }, spec: { template: podOf(PRIVILEGED) } },
    { resource: { group: "apps", plural: "deployments" } },
  );
  assert.equal(await refusalOf(plugin, deployment), undefined);
  assert.deepEqual(deployment.warnings, [`would violate PodSecurity "baseline:latest": ${PRIVILEGED_TEXT}`]);
  const cron = { metadata: { name: "d" }, spec: { jobTemplate: { spec: { template: podOf(PRIVILEGED) } } } };
  const cronJob = attributesFor(cron, { resource: { group: "batch", plural: "cronjobs" } });
  await refusalOf(plugin, cronJob);
  assert.equal(cronJob.warnings.length, 1);
  const audited = attributesFor(podOf(PRIVILEGED));
  assert.equal(await refusalOf(pluginFor({ audit: "baseline", warn: "restricted" }), audited), undefined);
  assert.equal(
    audited.annotations.get("pod-security.kubernetes.io/audit-violations"),
    `would violate PodSecurity "baseline:latest": ${PRIVILEGED_TEXT}`,
  );
  assert.match(audited.warnings[0] ?? "", /^would violate PodSecurity "restricted:latest": privileged/);
});

test("an update is judged where containers, images or old annotations change, through every door that changes the spec", async () => {
  const plugin = pluginFor({ enforce: "baseline" });
  const update = (object: object, more: object = {}) =>
    attributesFor(object, { operation: "UPDATE", oldObject: podOf(PRIVILEGED), ...more });
  assert.equal(await refusalOf(plugin, update(podOf(PRIVILEGED, { labels: { a: "b" } }))), undefined);
  const changed = { containers: [{ ...PRIVILEGED.containers[0], image: "other" }] };
  assert.match((await refusalOf(plugin, update(podOf(changed)))) ?? "", /^violates/);
  const more = { ...PRIVILEGED, ephemeralContainers: [{ name: "e" }] };
  assert.match((await refusalOf(plugin, update(podOf(more), { subresource: "ephemeralcontainers" }))) ?? "", /^violates/);
  assert.equal(await refusalOf(plugin, update(podOf(more), { subresource: "status" })), undefined);
  const annotated = podOf(PRIVILEGED, { annotations: { "container.apparmor.security.beta.kubernetes.io/c": "unconfined" } });
  assert.match((await refusalOf(plugin, update(annotated))) ?? "", /^violates/);
});

test("exempt users, namespaces and runtime classes are let in, and that is noted", async () => {
  const configuration = readPodSecurityConfiguration({
    defaults: { "enforce": "restricted", "enforce-version": "v1.30" },
    exemptions: { usernames: ["ada"], namespaces: ["free"], runtimeClasses: ["kata"] },
  });
  const plugin = pluginFor({}, configuration);
  const noted = async (change: object, spec: JsonObject = PRIVILEGED): Promise<string | undefined> => {
    const asked = attributesFor(podOf(spec), change);
    assert.equal(await refusalOf(plugin, asked), undefined);
    return asked.annotations.get("pod-security.kubernetes.io/exempt");
  };
  const bob = { user: { name: "bob", groups: [] } };
  assert.equal(await noted({}), "user");
  assert.equal(await noted({ ...bob, namespace: "free" }), "namespace");
  assert.equal(await noted(bob, { ...PRIVILEGED, runtimeClassName: "kata" }), "runtimeClass");
  assert.match((await refusalOf(plugin, attributesFor(podOf(PRIVILEGED), bob))) ?? "", /"restricted:v1\.30"/);
  const labelled = attributesFor(namespace({ enforce: "baseline" }, "free"), {
    resource: { group: "", plural: "namespaces" },
    namespace: "free",
  });
  assert.equal(await refusalOf(plugin, labelled), undefined);
  assert.match(
    labelled.warnings[0] ?? "",
    /^namespace "free" is exempt from Pod Security, and the policy \(enforce=baseline:v1\.30\) will be ignored$/,
  );
  for (const bad of [{ defaults: { enforce: "high" } }, { defaults: { "warn-version": "1.2" } }, { exemptions: { usernames: ["a", "a"] } }])
    assert.throws(() => readPodSecurityConfiguration(bad), { message: /./ });
});

test("labels that cannot be read count as strictly as can be for refusals, and not at all for warnings", () => {
  const { policy, faults } = policyOf(
    namespace({ "enforce": "x", "audit": "y", "warn": "z", "warn-version": "v2" }).metadata.labels,
    PERMISSIVE,
  );
  assert.deepEqual(
    [policy.enforce.level, policy.audit.level, policy.warn.level, policy.warn.minor],
    ["restricted", "privileged", "privileged", LATEST],
  );
  assert.equal(faults.length, 4);
});

test("what is enforced is warned of, unless the default warns of more", () => {
  const warn = (labels: Record<string, string>, defaults = PERMISSIVE) => policyOf(namespace(labels).metadata.labels, defaults).policy.warn;
  assert.deepEqual(warn({ "enforce": "baseline", "enforce-version": "v1.20" }), { level: "baseline", minor: 20 });
  assert.deepEqual(warn({ "enforce": "baseline", "enforce-version": "v1.20", "warn-version": "v1.30" }), { level: "baseline", minor: 30 });
  assert.deepEqual(warn({ enforce: "baseline", warn: "privileged" }), { level: "privileged", minor: LATEST });
  const strict = { ...PERMISSIVE, warn: { level: "restricted", minor: 25 } } as const;
  assert.deepEqual(warn({ enforce: "baseline" }, strict), strict.warn);
});

test("a namespace whose level rises is told of its pods, those that are alike together", async () => {
  const pods = ["a", "b", "c"].map((name) => ({ ...podOf(PRIVILEGED), metadata: { name, namespace: "ns" } }));
  pods.push({ ...podOf({ hostNetwork: true }), metadata: { name: "d", namespace: "ns" } });
  const plugin = pluginFor({}, NO_CONFIGURATION, pods);
  const resource = { group: "", plural: "namespaces" };
  const change = async (before: Record<string, string>, now: Record<string, string>): Promise<string[]> => {
    const asked = attributesFor(namespace(now), { resource, operation: "UPDATE", oldObject: namespace(before) as never });
    assert.equal(await refusalOf(plugin, asked), undefined);
    return asked.warnings;
  };
  assert.deepEqual(await change({}, { enforce: "baseline" }), [
    'existing pods in namespace "ns" violate the new PodSecurity enforce level "baseline:latest"',
    "a (and 2 other pods): privileged",
    "d: host namespaces",
  ]);
  assert.deepEqual(await change({ enforce: "restricted" }, { enforce: "baseline" }), []);
  assert.deepEqual(await change({}, { warn: "restricted" }), []);
  assert.equal((await change({ enforce: "restricted" }, { "enforce": "baseline", "enforce-version": "v1.20" })).length, 3);
});
