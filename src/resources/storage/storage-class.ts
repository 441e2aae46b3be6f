import { duplicateField, invalidField, requiredField } from "../../object/field-error.ts";
import { goJson } from "../../object/go-json.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { labelKey as labelKeyRules } from "../../object/names.ts";
import { asList, asObject, listIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { changes, immutable } from "../../validation/changes.ts";
import { findChangeFaults, findFaults, skippingAbsent, type Check } from "../../validation/check.ts";
import { distinct } from "../../validation/lists.ts";
import { filled, present } from "../../validation/presence.ts";
import { oneOf } from "../../validation/scalars.ts";
import { shownMap } from "../../validation/selector-shown.ts";
import { fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { nameOrDefault } from "./default-mark.ts";
import { driverName, parameters } from "./driver-name.ts";

/** So many likenesses are told: their number grows with the square of that of the terms. */
const MAX_LIKENESSES = 1000;

/** Where volumes may be: terms of label values, no two alike. A term is told of once for each that is like it before. */
const allowedTopologies: Check = skippingAbsent((value, at, faults, context) => {
  const terms = asList(value);
  // The original compares with as many empty terms as there are terms.
  const seen = new Map<string, number>([["[]", terms.length]]);
  let left = MAX_LIKENESSES;
  terms.forEach((item, i) => {
    const place = at.index(i).child("matchLabelExpressions");
    const keys = new Set<string>();
    const expressions = objectsIn(asObject(item), "matchLabelExpressions");
    expressions.forEach((expression, j) => {
      const key = stringIn(expression, "key");
      const values = place.index(j).child("values");
      if (listIn(expression, "values").length === 0) faults.push(requiredField(values));
      else distinct(listIn(expression, "values"), values, faults, context);
      for (const message of labelKeyRules(key)) faults.push(invalidField(place.index(j).child("key"), key, message));
      if (keys.has(key)) faults.push(duplicateField(place.index(j).child("key"), key));
      keys.add(key);
    });
    const term = meaningOf(expressions);
    const alike = seen.get(term) ?? 0;
    const told = Math.min(alike, left);
    for (let count = 0; count < told; count++) faults.push(duplicateField(place, ""));
    left -= told;
    seen.set(term, alike + 1);
  });
});

/** What a term says, whatever the order of its keys and values. */
function meaningOf(expressions: readonly ReadonlyJsonObject[]): string {
  const values = new Map(expressions.map((one) => [stringIn(one, "key"), [...new Set(stringsIn(one, "values"))].sort()]));
  return goJson([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const rules = fields({
  provisioner: driverName,
  parameters: parameters(false),
  reclaimPolicy: filled(oneOf("Delete", "Retain")),
  volumeBindingMode: present(oneOf("Immediate", "WaitForFirstConsumer")),
  allowedTopologies,
});

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const updates = changes({
  parameters: immutable("field is immutable", shownMap),
  provisioner: immutable("field is immutable", text),
  reclaimPolicy: immutable("field is immutable", text),
  volumeBindingMode: immutable("field is immutable", text),
});

/** What StorageClasses do beyond the tables. */
export const storageClass: KindBehaviour = {
  applyDefaults: (object) => {
    object["reclaimPolicy"] ??= "Delete";
    object["volumeBindingMode"] ??= "Immediate";
  },
  strategy: {
    validate: (object) => findFaults(rules, object),
    validateUpdate: (object, old) => [...findFaults(rules, object), ...findChangeFaults(updates, object, old)],
  },
  cells: {
    Name: nameOrDefault("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"),
    Provisioner: (object) => stringIn(object, "provisioner"),
    ReclaimPolicy: (object) => stringIn(object, "reclaimPolicy") || "Delete",
    VolumeBindingMode: (object) => stringIn(object, "volumeBindingMode") || "Immediate",
    AllowVolumeExpansion: (object) => object["allowVolumeExpansion"] === true,
  },
};
