import type { Controller } from "../controllers/controller.ts";
import { builtinStanding, CUSTOM_STANDING, type Standing } from "../discovery/standings.ts";
import { groupOf } from "../extensions/custom-resources.ts";
import { equalJson } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { ignoringAbsence } from "../registry/ignoring-absence.ts";
import { API_SERVICES, CUSTOM_RESOURCE_DEFINITIONS } from "../object/resource-ids.ts";
import type { SystemClient } from "../registry/system-client.ts";
import type { Definitions } from "../resources/definitions.ts";
import type { ApiServices } from "./api-services.ts";
import type { CustomVersions } from "./custom-versions.ts";

/** Marks what the server keeps itself: at its start, or all the time. */
const MANAGED = "kube-aggregator.kubernetes.io/automanaged";
type Mark = "onstart" | "true";

/** The APIService that stands for one group version of the server's own. */
export function localApiService(group: string, version: string): KubeObject {
  return registered(group, version, builtinStanding(group, version), "onstart");
}

function registered(group: string, version: string, standing: Standing, mark: Mark): KubeObject {
  const spec = {
    ...(group === "" ? {} : { group }),
    version,
    groupPriorityMinimum: standing.group,
    versionPriority: standing.version,
  };
  return {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: `${version}.${group}`, labels: { [MANAGED]: mark } },
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
  for (const [name, object] of wanted) work.push(keep(client, object, found.get(name)));
  for (const [name, object] of found) {
    if (!wanted.has(name) && markOf(object) === "onstart") work.push(ignoringAbsence(client.remove(API_SERVICES, "", name)));
  }
  await Promise.all(work);
}

/** The loop that keeps an APIService for every group version of custom resources, as long as there is one. */
export function customRegistration(custom: CustomVersions, apis: ApiServices): Controller {
  return {
    name: "crd-registration",
    watches: [
      { resource: CUSTOM_RESOURCE_DEFINITIONS, keys: (name) => [groupOf(name)] },
      { resource: API_SERVICES, keys: (name) => [groupOf(name)] },
    ],
    async reconcile(group, client) {
      const wanted = custom.of(group);
      for (const version of new Set([...wanted, ...apis.versions(group)])) {
        const name = `${version}.${group}`;
        const found = await client.get(API_SERVICES, "", name);
        if (wanted.has(version)) await keep(client, registered(group, version, CUSTOM_STANDING, "true"), found);
        else if (found !== undefined && markOf(found) === "true") await ignoringAbsence(client.remove(API_SERVICES, "", name));
      }
    },
  };
}

/** Sees to it that there is one as it should be, unless somebody has marked it otherwise. */
async function keep(client: SystemClient, wanted: KubeObject, found: KubeObject | undefined): Promise<void> {
  const { name = "" } = wanted.metadata;
  const { spec } = wanted;
  if (found === undefined) await client.ensure(API_SERVICES, wanted);
  else if (markOf(found) === markOf(wanted) && spec !== undefined && !equalJson(found["spec"], spec)) {
    await ignoringAbsence(client.update(API_SERVICES, "", name, (current) => ({ ...current, spec })));
  }
}

function markOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[MANAGED];
}
