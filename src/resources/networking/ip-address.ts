import { ipRules } from "../../object/ip.ts";
import { getOwn, type ReadonlyJson } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsSubdomain, pathSegmentName } from "../../object/names.ts";
import { asObject, objectIn, stringIn } from "../../object/read.ts";
import { changes, immutable } from "../../validation/changes.ts";
import { findChangeFaults, findFaults } from "../../validation/check.ts";
import { filled, present, required } from "../../validation/presence.ts";
import { text } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import { ageCell } from "../common-cells.ts";
import type { KindBehaviour } from "../definition.ts";
import { shownAs, type ShownMembers } from "../pod-spec/shown.ts";

const parentRules = fields({
  spec: fields({
    parentRef: present(
      fields({
        // Services are in the core group, whose name is empty.
        group: filled(text(dnsSubdomain)),
        resource: required(text(pathSegmentName)),
        name: required(text(pathSegmentName)),
        namespace: filled(text(pathSegmentName)),
      }),
    ),
  }),
});

const PARENT_MEMBERS: ShownMembers = [
  ["Group", "group", ""],
  ["Resource", "resource", ""],
  ["Namespace", "namespace", ""],
  ["Name", "name", ""],
];

const shownParent = (value: ReadonlyJson | undefined): ReadonlyJson =>
  value === undefined || value === null ? null : shownAs(asObject(value), PARENT_MEMBERS);

const updateRules = changes({ spec: changes({ parentRef: immutable("field is immutable", shownParent) }) });

/** An address that is taken: its name is the address in canonical form, so that no two objects can hold it. */
export const ipAddress: KindBehaviour = {
  strategy: {
    nameRule: ipRules,
    validate: (object) => findFaults(parentRules, object),
    validateUpdate: (object, old) => [...findFaults(parentRules, object), ...findChangeFaults(updateRules, object, old)],
  },
  cells: { ParentRef: parentCell },
  untoldCells: [ageCell],
};

function parentCell(object: KubeObject): string {
  const spec = objectIn(object, "spec");
  if (getOwn(spec, "parentRef") === undefined) return "<none>";
  const parent = objectIn(spec, "parentRef");
  const group = stringIn(parent, "group");
  const resource = group === "" ? stringIn(parent, "resource") : `${stringIn(parent, "resource")}.${group}`;
  const namespace = stringIn(parent, "namespace");
  return [resource.toLowerCase(), ...(namespace === "" ? [] : [namespace]), stringIn(parent, "name")].join("/");
}
