import { invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { isObject, type JsonObject, type JsonValue, type ReadonlyJsonObject } from "../../object/json.ts";
import { objects, structAt } from "../../object/parts.ts";
import { asString, isSet, listIn, numberIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { optional } from "../../validation/presence.ts";
import { all, eachKey, fields, struct } from "../../validation/structure.ts";
import { tolerationShown } from "../pod-spec/shown-members.ts";
import type { ShownMembers } from "../pod-spec/shown.ts";
import { deviceConfiguration } from "./device-configuration.ts";
import { deviceSelectors } from "./device-selectors.ts";
import { boundedList, className, fullyQualifiedName, labelName, nameOf, qualifiedName } from "./names.ts";
import { deviceToleration } from "./tolerations.ts";

const MAX_REQUESTS = 32;
const MAX_ALTERNATIVES = 8;
const MAX_CONSTRAINTS = 32;
const MAX_CONFIGURATIONS = 32;
const MAX_TOLERATIONS = 16;
const MODES = ["All", "ExactCount"];
const ONE_OF = "exactly one of `exactly` or `firstAvailable` is required";
const ONE_ATTRIBUTE = `exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set`;
const UNKNOWN_REQUEST = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

const allocationMode: Check = struct((request, at, faults) => {
  const mode = stringIn(request, "allocationMode");
  const count = numberIn(request, "count");
  if (!MODES.includes(mode)) faults.push(notSupportedField(at.child("allocationMode"), mode, MODES));
  else if (mode === "All" && count !== 0) {
    faults.push(invalidField(at.child("count"), count, "must not be specified when allocationMode is 'All'"));
  } else if (mode === "ExactCount" && count <= 0) faults.push(invalidField(at.child("count"), count, "must be greater than zero"));
});

/** What requests say of the devices that they want. */
const wanted: Check = all(
  fields({ deviceClassName: className, selectors: deviceSelectors }),
  allocationMode,
  fields({
    tolerations: boundedList(MAX_TOLERATIONS, deviceToleration),
    capacity: optional(fields({ requests: eachKey(qualifiedName) })),
  }),
);

const requestChoice: Check = fields({
  firstAvailable: boundedList(MAX_ALTERNATIVES, all(fields({ name: labelName }), wanted), nameOf),
  exactly: optional(wanted),
});

const requestName: Check = fields({ name: labelName });

const deviceRequest: Check = struct((request, at, faults, context) => {
  requestName(request, at, faults, context);
  const alternatives = listIn(request, "firstAvailable").length > 0;
  const exactly = isSet(request, "exactly");
  if (alternatives && exactly) faults.push(invalidField(at, null, `${ONE_OF}, but multiple fields are set`));
  else if (!alternatives && !exactly) faults.push(requiredField(at, ONE_OF));
  else requestChoice(request, at, faults, context);
});

/** The names by which a claim's requests are spoken of: `request` and `request/alternative`. */
export function requestNames(devices: ReadonlyJsonObject): ReadonlySet<string> {
  const names = new Set<string>();
  for (const request of objectsIn(devices, "requests")) {
    const name = stringIn(request, "name");
    names.add(name);
    for (const one of objectsIn(request, "firstAvailable")) names.add(`${name}/${stringIn(one, "name")}`);
  }
  return names;
}

/** A request that something is about. */
export const requestReference: Check<ReadonlySet<string>> = (value, at, faults, names) => {
  const name = asString(value);
  const segments = name.split("/");
  if (segments.length <= 2) for (const segment of segments) labelName(segment, at, faults, undefined);
  if (!names.has(name)) faults.push(invalidField(at, name, UNKNOWN_REQUEST));
};

/** Requests that something is about, each once; none means all. */
export const requestReferences: Check<ReadonlySet<string>> = boundedList(MAX_REQUESTS, requestReference, (item) => asString(item));

const constraint: Check<ReadonlySet<string>> = all(
  fields<ReadonlySet<string>>({
    requests: requestReferences,
    matchAttribute: optional(fullyQualifiedName),
    distinctAttribute: optional(fullyQualifiedName),
  }),
  struct((one, at, faults) => {
    if (!isSet(one, "matchAttribute") && !isSet(one, "distinctAttribute")) faults.push(requiredField(at, ONE_ATTRIBUTE));
  }),
);

const claimDevices: Check<ReadonlySet<string>> = fields({
  requests: boundedList(MAX_REQUESTS, deviceRequest, nameOf),
  constraints: boundedList(MAX_CONSTRAINTS, constraint),
  config: boundedList(MAX_CONFIGURATIONS, all<ReadonlySet<string>>(fields({ requests: requestReferences }), deviceConfiguration)),
});

/** The rules of a ResourceClaimSpec. */
export function checkClaimSpec(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const devices = objectIn(spec, "devices");
  claimDevices(devices, at.child("devices"), faults, requestNames(devices));
}

/** Fills in what a ResourceClaimSpec leaves out, in place. */
export function defaultClaimSpec(spec: JsonValue | undefined): void {
  for (const request of objects(structAt(spec, "devices")?.["requests"])) {
    const { exactly } = request;
    if (isObject(exactly)) defaultWanted(exactly);
    objects(request["firstAvailable"]).forEach(defaultWanted);
  }
}

function defaultWanted(request: JsonObject): void {
  if (!request["allocationMode"]) request["allocationMode"] = "ExactCount";
  if (request["allocationMode"] === "ExactCount" && !request["count"]) request["count"] = 1;
  defaultTolerations(request);
}

/** A toleration compares values unless it says otherwise. */
export function defaultTolerations(holder: JsonObject): void {
  for (const toleration of objects(holder["tolerations"])) if (!toleration["operator"]) toleration["operator"] = "Equal";
}

const selectorShown: ShownMembers = [["CEL", "cel", null, [["Expression", "expression", ""]]]];
const capacityShown: ShownMembers = [["Requests", "requests", null]];
const wantedShown = (tail: ShownMembers): ShownMembers => [
  ["DeviceClassName", "deviceClassName", ""],
  ["Selectors", "selectors", null, selectorShown],
  ["AllocationMode", "allocationMode", ""],
  ["Count", "count", 0],
  ...tail,
  ["Tolerations", "tolerations", null, tolerationShown],
  ["Capacity", "capacity", null, capacityShown],
];
const requestShown: ShownMembers = [
  ["Name", "name", ""],
  ["Exactly", "exactly", null, wantedShown([["AdminAccess", "adminAccess", null]])],
  ["FirstAvailable", "firstAvailable", null, [["Name", "name", ""], ...wantedShown([])]],
];
const constraintShown: ShownMembers = [
  ["Requests", "requests", null],
  ["MatchAttribute", "matchAttribute", null],
  ["DistinctAttribute", "distinctAttribute", null],
];
const opaqueShown: ShownMembers = [
  ["Driver", "driver", ""],
  ["Parameters", "parameters", null],
];

/** The members of a ResourceClaimSpec as messages show them. */
export const claimSpecShown: ShownMembers = [
  [
    "Devices",
    "devices",
    "struct",
    [
      ["Requests", "requests", null, requestShown],
      ["Constraints", "constraints", null, constraintShown],
      [
        "Config",
        "config",
        null,
        [
          ["Requests", "requests", null],
          ["Opaque", "opaque", null, opaqueShown],
        ],
      ],
    ],
  ],
];
