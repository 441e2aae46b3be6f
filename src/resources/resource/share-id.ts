import { invalidField } from "../../object/field-error.ts";
import { asString } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";

const NORMAL_FORM = "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters";
const hyphenated = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const URN = "urn:uuid:";

/** The UID of a share of a device: an RFC 4122 UUID in its normal form. */
export const shareId: Check = (value, at, faults) => {
  const id = asString(value);
  const wrong = uuidFault(id);
  if (wrong !== undefined) faults.push(invalidField(at, id, `error validating uid: ${wrong}`));
  else if (id.length !== 36 || id !== id.toLowerCase()) faults.push(invalidField(at, id, NORMAL_FORM));
};

/** What keeps a text from being a UUID in any of the ways to write one: plain, in braces, as a URN, as digits alone. */
function uuidFault(text: string): string | undefined {
  const length = Buffer.byteLength(text);
  switch (length) {
    case 36:
      return form(hyphenated, text);
    case 36 + URN.length: {
      const prefix = text.slice(0, URN.length);
      return prefix.toLowerCase() === URN ? form(hyphenated, text.slice(URN.length)) : `invalid urn prefix: "${prefix}"`;
    }
    case 38:
      return /^\{.*\}$/s.test(text) ? form(hyphenated, text.slice(1, -1)) : "invalid bracketed UUID format";
    case 32:
      return form(/^[0-9a-f]{32}$/i, text);
    default:
      return `invalid UUID length: ${length}`;
  }
}

function form(pattern: RegExp, text: string): string | undefined {
  return pattern.test(text) ? undefined : "invalid UUID format";
}
