import { strictDecodingError } from "../schema/decode.ts";
import type { DecodeRules } from "./decode-body.ts";

/** Unknown and duplicate fields: refused, warned of or let be. Errors: what `refuse` makes of them. */
export function judgeStrict(faults: readonly string[], { validation, warn, refuse }: DecodeRules): void {
  if (validation === "Strict" && faults.length > 0) throw refuse(strictDecodingError(faults));
  if (validation === "Warn") for (const text of faults) warn(text);
}
