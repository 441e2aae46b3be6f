import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { parseCidrSloppy } from "../../object/ip.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { objectIn, stringsIn } from "../../object/read.ts";
import { writtenMember } from "../../object/written-empty.ts";
import { cidr } from "../../validation/addresses.ts";
import type { KindBehaviour } from "../definition.ts";

const AT = FieldPath.root.child("spec", "cidrs");
const IMMUTABLE = "field is immutable";

/** A network from which services take their addresses: one range, or one of each family. */
export const serviceCidr: KindBehaviour = {
  strategy: {
    validate: (object) => rangeFaults(objectIn(object, "spec")),
    validateUpdate: (object, old) => changeFaults(objectIn(object, "spec"), objectIn(old, "spec")),
  },
  cells: { CIDRs: (object) => stringsIn(objectIn(object, "spec"), "cidrs").join(",") },
};

function rangeFaults(spec: ReadonlyJsonObject): FieldError[] {
  const cidrs = stringsIn(spec, "cidrs");
  if (cidrs.length === 0) return [requiredField(AT, "at least one CIDR required")];
  if (cidrs.length > 2) return [invalidField(AT, { CIDRs: cidrs }, "may only hold up to 2 values")];
  if (cidrs.length === 2) {
    const [first, second] = cidrs.map((text) => parseCidrSloppy(text)?.address.family);
    if (first === undefined || second === undefined || first === second) {
      return [invalidField(AT, cidrs, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64")];
    }
  }
  const faults: FieldError[] = [];
  cidrs.forEach((text, i) => cidr(text, AT.index(i), faults, undefined));
  return faults;
}

/** A range stays as it is; a second one, of the other family, may be added. */
function changeFaults(spec: ReadonlyJsonObject, old: ReadonlyJsonObject): FieldError[] {
  const cidrs = stringsIn(spec, "cidrs");
  const before = stringsIn(old, "cidrs");
  const grows = before.length === 1 && cidrs.length === 2;
  if (cidrs.length !== before.length && !grows) return [invalidField(AT, writtenMember(spec, "cidrs") ?? null, IMMUTABLE)];
  const changed = before.flatMap((text, i) => (text === cidrs[i] ? [] : [invalidField(AT.index(i), cidrs[i], IMMUTABLE)]));
  return grows ? [...changed, ...rangeFaults(spec)] : changed;
}
