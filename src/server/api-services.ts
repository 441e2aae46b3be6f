import { equalJson } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { stringIn } from "../object/read.ts";
import { ignoringAbsence } from "../registry/ignoring-absence.ts";
import { API_SERVICES } from "../object/resource-ids.ts";
import type { SystemClient } from "../registry/system-client.ts";
import type { Definitions } from "../resources/definitions.ts";

/** Marks what the server keeps itself, at its start. */
const MANAGED = "kube-aggregator.kubernetes.io/automanaged";
const ON_START = "onstart";

/** Where groups stand in discovery: the greater, the earlier (reference/kubernetes-api/cluster-resources/api-service-v1). */
const GROUP_PRIORITIES: Readonly<Record<string, number>> = {
  "": 18000,
  "apps": 17800,
  "events.k8s.io": 17750,
  "authentication.k8s.io": 17700,
  "authorization.k8s.io": 17600,
  "autoscaling": 17500,
  "batch": 17400,
  "certificates.k8s.io": 17300,
  "networking.k8s.io": 17200,
  "policy": 17100,
  "rbac.authorization.k8s.io": 17000,
  "storage.k8s.io": 16800,
  "apiextensions.k8s.io": 16700,
  "admissionregistration.k8s.io": 16700,
  "scheduling.k8s.io": 16600,
  "coordination.k8s.io": 16500,
  "node.k8s.io": 16300,
  "discovery.k8s.io": 16200,
  "resource.k8s.io": 16200,
  "flowcontrol.apiserver.k8s.io": 16100,
};
const OTHER_GROUPS = 15000;

/** Where a version stands in its group, where that is not as for most first versions. */
const VERSION_PRIORITIES: Readonly<Record<string, number>> = {
  "/v1": 1,
  "autoscaling/v2": 30,
  "flowcontrol.apiserver.k8s.io/v1": 21,
  "resource.k8s.io/v1": 20,
};
const STABLE_VERSION = 15;
const PRERELEASE_VERSION = 9;

/** The APIService that stands for one group version of the server's own. */
export function localApiService(group: string, version: string): KubeObject {
  const own = VERSION_PRIORITIES[`${group}/${version}`];
  const spec = {
    ...(group === "" ? {} : { group }),
    version,
    groupPriorityMinimum: GROUP_PRIORITIES[group] ?? OTHER_GROUPS,
    versionPriority: own ?? (/^v\d+$/.test(version) ? STABLE_VERSION : PRERELEASE_VERSION),
  };
  return {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: `${version}.${group}`, labels: { [MANAGED]: ON_START } },
    spec,
  };
}

/**
 * Sees to it that there is an APIService for every group version that the server itself serves, and none that it made for
 * versions served no more. Those that somebody took over (another label) are left alone. Safe to repeat, by several
 * replicas at once.
 */
export async function bootstrapApiServices(client: SystemClient, definitions: Definitions): Promise<void> {
  const wanted = new Map<string, KubeObject>();
  for (const definition of definitions.all()) {
    if (definition.custom === true) continue;
    for (const { group, version } of definition.served) {
      // The aggregator does not speak of itself.
      if (group !== API_SERVICES.group) wanted.set(`${version}.${group}`, localApiService(group, version));
    }
  }
  const found = new Map((await client.list(API_SERVICES)).map((one) => [one.metadata.name ?? "", one]));
  const work: Promise<unknown>[] = [];
  for (const [name, object] of wanted) work.push(keep(client, name, object, found.get(name)));
  for (const [name, object] of found) {
    if (!wanted.has(name) && isManaged(object)) work.push(ignoringAbsence(client.remove(API_SERVICES, "", name)));
  }
  await Promise.all(work);
}

async function keep(client: SystemClient, name: string, wanted: KubeObject, found: KubeObject | undefined): Promise<void> {
  const { spec } = wanted;
  if (found === undefined) await client.ensure(API_SERVICES, wanted);
  else if (isManaged(found) && spec !== undefined && !equalJson(found["spec"], spec)) {
    await ignoringAbsence(client.update(API_SERVICES, "", name, (current) => ({ ...current, spec })));
  }
}

function isManaged(object: KubeObject): boolean {
  return stringIn(object.metadata.labels ?? {}, MANAGED) === ON_START;
}
