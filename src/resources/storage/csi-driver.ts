import { duplicateField, invalidField, requiredField } from "../../object/field-error.ts";
import { getOwn, isObject, structIn, type JsonValue } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { asList, asNumber, asObject, booleanIn, isSet, listIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { changes, immutable } from "../../validation/changes.ts";
import { findChangeFaults, findFaults, skippingAbsent, type Check } from "../../validation/check.ts";
import { optional, present } from "../../validation/presence.ts";
import { atLeast, oneOf } from "../../validation/scalars.ts";
import { all, fields, struct } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";

const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;
const MIN_UPDATE_PERIOD_SECONDS = 10;

/** Tokens that a driver is handed for pods' service accounts, one an audience. */
const tokenRequests: Check = skippingAbsent((value, at, faults) => {
  const seen = new Set<string>();
  asList(value).forEach((one, i) => {
    const request = asObject(one);
    const audience = stringIn(request, "audience");
    if (seen.has(audience)) {
      faults.push(duplicateField(at.index(i).child("audience"), audience));
      return;
    }
    seen.add(audience);
    if (!isSet(request, "expirationSeconds")) return;
    const place = at.index(i).child("expirationSeconds");
    const seconds = getOwn(request, "expirationSeconds");
    if (asNumber(seconds) < MIN_TOKEN_SECONDS) faults.push(invalidField(place, seconds, "may not specify a duration less than 10 minutes"));
    if (asNumber(seconds) > MAX_TOKEN_SECONDS)
      faults.push(invalidField(place, seconds, "may not specify a duration larger than 2^32 seconds"));
  });
});

const lifecycleMode = oneOf("Persistent", "Ephemeral");

const rules = fields({
  spec: all(
    struct((spec, at, faults) => {
      if (!isSet(spec, "attachRequired")) faults.push(requiredField(at.child("attachedRequired")));
    }),
    fields({
      podInfoOnMount: present(),
      storageCapacity: present(),
      fsGroupPolicy: present(oneOf("File", "None", "ReadWriteOnceWithFSType")),
      tokenRequests,
      volumeLifecycleModes: (value, at, faults, context) => {
        for (const mode of asList(value)) lifecycleMode(mode, at, faults, context);
      },
      seLinuxMount: present(),
      nodeAllocatableUpdatePeriodSeconds: optional(
        atLeast(MIN_UPDATE_PERIOD_SECONDS, `must be greater than or equal to ${MIN_UPDATE_PERIOD_SECONDS} seconds`),
      ),
    }),
    struct((spec, at, faults) => {
      if (isSet(spec, "serviceAccountTokenInSecrets") && listIn(spec, "tokenRequests").length === 0) {
        const detail = "serviceAccountTokenInSecrets is set but no tokenRequests are specified";
        faults.push(invalidField(at.child("serviceAccountTokenInSecrets"), getOwn(spec, "serviceAccountTokenInSecrets"), detail));
      }
    }),
  ),
});

const updates = changes({
  spec: (value, old, at, faults, context) => {
    const [now, before] = [asObject(value), asObject(old)];
    const unchanged = immutable();
    // The original's own misspelling of attachRequired.
    unchanged(getOwn(now, "attachRequired"), getOwn(before, "attachRequired"), at.child("attachedRequired"), faults, context);
    const modes = "volumeLifecycleModes";
    unchanged(getOwn(now, modes), getOwn(before, modes), at.child(modes), faults, context);
  },
});

/** Members of the spec that have a value where the writer gives none. */
const DEFAULTS: Readonly<Record<string, JsonValue>> = {
  attachRequired: true,
  fsGroupPolicy: "ReadWriteOnceWithFSType",
  podInfoOnMount: false,
  requiresRepublish: false,
  seLinuxMount: false,
  storageCapacity: false,
};

function applyDefaults(object: KubeObject): void {
  const spec = structIn(object, "spec");
  for (const [name, value] of Object.entries(DEFAULTS)) spec[name] ??= value;
  if (listIn(spec, "volumeLifecycleModes").length === 0) spec["volumeLifecycleModes"] = ["Persistent"];
}

/** A member of a feature that is off (VolumeLimitScaling). */
function dropDisabledFields({ spec }: KubeObject): void {
  if (isObject(spec)) delete spec["preventPodSchedulingIfMissing"];
}

function warnings(object: KubeObject): string[] {
  const spec = objectIn(object, "spec");
  if (listIn(spec, "tokenRequests").length === 0 || isSet(spec, "serviceAccountTokenInSecrets")) return [];
  return [
    "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes",
  ];
}

const flag =
  (name: string, absent: boolean) =>
  (object: KubeObject): boolean => {
    const spec = objectIn(object, "spec");
    return isSet(spec, name) ? booleanIn(spec, name) : absent;
  };

/** The texts of a list, as a cell shows it. */
const joined = (texts: readonly string[], none: string): string => (texts.length === 0 ? none : texts.join(","));

/** What CSIDrivers do beyond the tables. */
export const csiDriver: KindBehaviour = {
  applyDefaults,
  strategy: {
    prepareForCreate: dropDisabledFields,
    prepareForUpdate: dropDisabledFields,
    validate: (object) => findFaults(rules, object),
    validateUpdate: (object, old) => [...findFaults(rules, object), ...findChangeFaults(updates, object, old)],
    warnings,
  },
  cells: {
    AttachRequired: flag("attachRequired", true),
    PodInfoOnMount: flag("podInfoOnMount", false),
    StorageCapacity: flag("storageCapacity", false),
    TokenRequests: (object) =>
      joined(
        objectsIn(objectIn(object, "spec"), "tokenRequests").map((one) => stringIn(one, "audience")),
        "<unset>",
      ),
    RequiresRepublish: flag("requiresRepublish", false),
    Modes: (object) => joined(stringsIn(objectIn(object, "spec"), "volumeLifecycleModes"), "<none>"),
  },
};
