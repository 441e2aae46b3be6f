import { readFileSync } from "node:fs";
import { join } from "node:path";
import { copyJson, equalJson, type JsonObject, type ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import type { ResourceRef } from "../object/status.ts";
import { ignoringAbsence } from "../registry/ignoring-absence.ts";
import type { SystemClient } from "../registry/system-client.ts";

const GROUP = "flowcontrol.apiserver.k8s.io";
/** Set to "false" by whoever changed a bootstrap object and wants to keep it so (KEP-1040). */
const AUTO_UPDATE = "apf.kubernetes.io/autoupdate-spec";

const KINDS = { flowschemas: "FlowSchema", prioritylevelconfigurations: "PriorityLevelConfiguration" } as const;
type Plural = keyof typeof KINDS;

interface Row {
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: ReadonlyJsonObject;
}

/** The flow schemas and priority levels of a release. */
type BootstrapFlowControl = Readonly<Record<Plural, readonly Row[]>>;

interface Table {
  readonly flowSchemas: readonly Row[];
  readonly priorityLevelConfigurations: readonly Row[];
}

/** Reads the table of a release's flow schemas and priority levels. */
export function readBootstrapFlowControl(directory: string): BootstrapFlowControl {
  const table = JSON.parse(readFileSync(join(directory, "flowcontrol.json"), "utf8")) as Table;
  return { flowschemas: table.flowSchemas, prioritylevelconfigurations: table.priorityLevelConfigurations };
}

/**
 * Sees to it that every bootstrap flow schema and priority level exists, with the spec of this release unless somebody
 * took it over. Safe to repeat, by several replicas at once.
 */
export async function bootstrapFlowControl(client: SystemClient, wanted: BootstrapFlowControl): Promise<void> {
  const work: Promise<void>[] = [];
  for (const plural of ["prioritylevelconfigurations", "flowschemas"] as const) {
    for (const row of wanted[plural]) work.push(keep(client, plural, row));
  }
  await Promise.all(work);
}

async function keep(client: SystemClient, plural: Plural, { name, annotations, spec }: Row): Promise<void> {
  const resource: ResourceRef = { group: GROUP, plural };
  const found = await client.get(resource, "", name);
  if (found === undefined) {
    const metadata = { name, ...(annotations === undefined ? {} : { annotations: { ...annotations } }) };
    await client.ensure(resource, { apiVersion: `${GROUP}/v1`, kind: KINDS[plural], metadata, spec: copyJson(spec) as JsonObject });
    return;
  }
  if (!isOurs(found) || equalJson(found["spec"], spec)) return;
  // What somebody removes meanwhile the next start creates.
  await ignoringAbsence(client.update(resource, "", name, (current) => ({ ...current, spec: copyJson(spec) as JsonObject })));
}

/** Whether the server keeps the spec: as the annotation says or, without one, while nobody has changed the spec. */
function isOurs({ metadata }: KubeObject): boolean {
  const said = metadata.annotations?.[AUTO_UPDATE];
  return said === undefined ? metadata.generation === 1 : said === "true";
}
