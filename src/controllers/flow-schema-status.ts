import type { KubeObject } from "../object/kube-object.ts";
import { objectIn, stringIn } from "../object/read.ts";
import type { ResourceRef } from "../object/status.ts";
import { setCondition } from "../object/conditions.ts";
import { timestamp } from "../object/timestamp.ts";
import { structIn } from "../object/json.ts";
import { ignoringAbsence } from "../registry/ignoring-absence.ts";
import type { Controller } from "./controller.ts";

const GROUP = "flowcontrol.apiserver.k8s.io";
const FLOW_SCHEMAS: ResourceRef = { group: GROUP, plural: "flowschemas" };
const PRIORITY_LEVELS: ResourceRef = { group: GROUP, plural: "prioritylevelconfigurations" };

/** Tells of each flow schema whether the priority level that it names is there (KEP-1040). */
export function flowSchemaStatus(clock: () => number): Controller {
  return {
    name: "flowschema-status",
    watches: [
      { resource: FLOW_SCHEMAS, keys: (name) => [name] },
      // Work for all flow schemas that name the level.
      { resource: PRIORITY_LEVELS, keys: (name) => [`/${name}`] },
    ],
    async reconcile(key, client) {
      const concerned = key.startsWith("/")
        ? (await client.list(FLOW_SCHEMAS)).filter((one) => `/${levelOf(one)}` === key)
        : [await client.get(FLOW_SCHEMAS, "", key)];
      for (const one of concerned) {
        if (one === undefined) continue;
        const exists = (await client.get(PRIORITY_LEVELS, "", levelOf(one))) !== undefined;
        const change = (current: KubeObject): KubeObject => withCondition(current, exists, clock);
        await ignoringAbsence(client.update(FLOW_SCHEMAS, "", one.metadata.name ?? "", change, "status"));
      }
    },
  };
}

function levelOf(flowSchema: KubeObject): string {
  return stringIn(objectIn(objectIn(flowSchema, "spec"), "priorityLevelConfiguration"), "name");
}

/** The flow schema with what is told of it. Changes the object. */
function withCondition(object: KubeObject, exists: boolean, clock: () => number): KubeObject {
  const named = `This FlowSchema references the PriorityLevelConfiguration object named "${levelOf(object)}"`;
  setCondition(structIn(object, "status"), {
    type: "Dangling",
    status: exists ? "False" : "True",
    lastTransitionTime: timestamp(clock()),
    reason: exists ? "Found" : "NotFound",
    message: exists ? `${named} and it exists` : `${named} but there is no such object`,
  });
  return object;
}
