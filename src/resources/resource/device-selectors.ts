import {
  CombinedTypes,
  SchemaTypes,
  celLimits,
  estimateCost,
  kubernetesEnvironment,
  pathKeys,
  typeOf,
  types as cel,
  type Environment,
  type SizeHint,
  type Type,
} from "../../cel/kubernetes/index.ts";
import type { TypeProvider } from "../../cel/kubernetes/index.ts";
import { bindMacros } from "../../cel/library/macros.ts";
import { quantityKind } from "../../cel/kubernetes/quantity.ts";
import { forbiddenField, invalidField, tooLongField } from "../../object/field-error.ts";
import { asString } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { present } from "../../validation/presence.ts";
import { fields } from "../../validation/structure.ts";
import { boundedList } from "./names.ts";

const MAX_SELECTORS = 32;

/** Attributes and capacities that a device may have together, and how long names and values may be. */
const MAX_ATTRIBUTES = 32;
const MAX_DOMAIN = 63;
const MAX_IDENTIFIER = 32;
const MAX_VALUE = 64;

const deviceType = cel.structType("kubernetes.DRADevice");

const deviceFields: ReadonlyMap<string, Type> = new Map([
  ["driver", cel.stringType],
  ["allowMultipleAllocations", cel.boolType],
  ["attributes", cel.mapType(cel.stringType, cel.mapType(cel.stringType, cel.anyType))],
  ["capacity", cel.mapType(cel.stringType, cel.mapType(cel.stringType, quantityKind.type))],
]);

/** The type of `device` in selectors (concepts/scheduling-eviction/dynamic-resource-allocation). */
const deviceTypes: TypeProvider = {
  findType: (name) => (name === deviceType.name ? deviceType : undefined),
  findField: (_, field) => deviceFields.get(field),
};

/** How large the parts of `device` may be. */
const deviceSizes: SizeHint = ([variable, field, ...steps]) => {
  if (variable !== "device" || field === undefined) return undefined;
  if (field === "driver") return { min: 0, max: MAX_DOMAIN };
  const last = steps.at(-1);
  switch (steps.length) {
    case 0:
      return { min: 0, max: MAX_ATTRIBUTES };
    case 1:
      return { min: 0, max: last === pathKeys ? MAX_DOMAIN : MAX_ATTRIBUTES };
    default:
      return { min: 0, max: last === pathKeys ? MAX_IDENTIFIER : MAX_VALUE };
  }
};

// Immutable and the same for all, so that one is enough for a process; made on first use because it is dear.
let environment: Environment | undefined;

/** What selectors of devices may say. */
function deviceEnvironment(): Environment {
  return (environment ??= kubernetesEnvironment().extend({
    variables: [["device", deviceType]],
    types: new CombinedTypes(deviceTypes, new SchemaTypes()),
    libraries: [{ macros: bindMacros }],
  }));
}

/** An expression that chooses devices. */
const expression: Check = (value, at, faults) => {
  const text = asString(value);
  if (Buffer.byteLength(text) > celLimits.deviceSelectorBytes) {
    faults.push(tooLongField(at, celLimits.deviceSelectorBytes));
    return;
  }
  const compiled = deviceEnvironment().compile(text);
  if (compiled.checked === undefined) {
    faults.push(invalidField(at, text, `compilation failed: ${compiled.message}`));
    return;
  }
  const type = typeOf(compiled.checked);
  if (type.kind !== "bool" && type.kind !== "any" && type.kind !== "dyn") {
    faults.push(invalidField(at, text, `must evaluate to bool or the unknown type, not ${cel.formatResultType(type)}`));
  } else if (estimateCost(compiled.checked, deviceSizes).max > celLimits.deviceSelectorCost) {
    faults.push(forbiddenField(at, "too complex, exceeds cost limit"));
  }
};

/** Selectors of devices, all of which must match. */
export const deviceSelectors: Check = boundedList(MAX_SELECTORS, fields({ cel: present(fields({ expression })) }));
