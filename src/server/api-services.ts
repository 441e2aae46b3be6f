import { builtinStanding } from "../discovery/standings.ts";
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

/** The APIService that stands for one group version of the server's own. */
export function localApiService(group: string, version: string): KubeObject {
  const standing = builtinStanding(group, version);
  const spec = {
    ...(group === "" ? {} : { group }),
    version,
    groupPriorityMinimum: standing.group,
    versionPriority: standing.version,
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
