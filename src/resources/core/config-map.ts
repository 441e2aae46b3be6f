import { tooLongField, type FieldError } from "../../object/field-error.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn } from "../../object/read.ts";
import type { KindBehaviour } from "../definition.ts";
import { checkDataKeys, checkImmutableData, dataBytes, dataMaxBytes, decodedBytes, fillEmptyData } from "./data-map.ts";

function validate(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  checkDataKeys(object, "data", faults, "binaryData");
  // A key that both have is told once.
  checkDataKeys(object, "binaryData", faults);
  const size = dataBytes(object, "data", (text) => Buffer.byteLength(text)) + dataBytes(object, "binaryData", decodedBytes);
  // How the original writes the place that is the whole object.
  if (size > dataMaxBytes) faults.push(tooLongField("[]", dataMaxBytes));
  return faults;
}

/** What ConfigMaps do beyond the tables. */
export const configMap: KindBehaviour = {
  applyDefaults: (object) => fillEmptyData(object, "binaryData"),
  strategy: {
    validate,
    validateUpdate: (object, old) => {
      const faults: FieldError[] = [];
      checkImmutableData(object, old, ["data", "binaryData"], faults);
      return [...faults, ...validate(object)];
    },
  },
  cells: {
    Data: (object) => Object.keys(objectIn(object, "data")).length + Object.keys(objectIn(object, "binaryData")).length,
  },
};
