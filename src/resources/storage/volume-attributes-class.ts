import { forbiddenField } from "../../object/field-error.ts";
import { equalJson } from "../../object/json.ts";
import { stringIn } from "../../object/read.ts";
import { findFaults } from "../../validation/check.ts";
import { fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { nameOrDefault } from "./default-mark.ts";
import { driverName, parameters } from "./driver-name.ts";

const rules = fields({ driverName, parameters: parameters(true) });

/** What VolumeAttributesClasses do beyond the tables. */
export const volumeAttributesClass: KindBehaviour = {
  strategy: {
    validate: (object) => findFaults(rules, object),
    validateUpdate: (object, old) => [
      ...["driverName", "parameters"]
        .filter((name) => !equalJson(object[name], old[name]))
        .map((name) => forbiddenField(name, `updates to ${name} are forbidden.`)),
      ...findFaults(rules, object),
    ],
  },
  cells: {
    Name: nameOrDefault("volumeattributesclass.alpha.kubernetes.io/is-default-class"),
    DriverName: (object) => stringIn(object, "driverName"),
  },
};
