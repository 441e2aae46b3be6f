import { strictDecodingError } from "../schema/decode.ts";
import type { DecodeRules } from "./decode-body.ts";

/** A fault that fieldValidation judges. A warning is one line: what is told in several of them comes with those. */
export type StrictFault = string | { readonly text: string; readonly lines: readonly string[] };

/** Unknown and duplicate fields: refused, warned of or let be. Errors: what `refuse` makes of them. */
export function judgeStrict(faults: readonly StrictFault[], { validation, warn, refuse }: DecodeRules): void {
  if (faults.length === 0) return;
  if (validation === "Strict") throw refuse(strictDecodingError(faults.map((fault) => (typeof fault === "string" ? fault : fault.text))));
  if (validation === "Warn") for (const fault of faults) for (const line of typeof fault === "string" ? [fault] : fault.lines) warn(line);
}
