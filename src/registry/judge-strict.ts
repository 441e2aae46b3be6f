import { strictDecodingError } from "../schema/decode.ts";
import type { DecodeRules } from "./decode-body.ts";

/** Unknown and duplicate fields: refused, warned of or let be. Errors: what `refuse` makes of them. */
export function judgeStrict(faults: readonly string[], { validation, warn, refuse }: DecodeRules): void {
  if (validation === "Strict" && faults.length > 0) throw refuse(strictDecodingError(faults));
  if (validation === "Warn") for (const fault of faults) asWarnings(fault).forEach(warn);
}

const YAML_FAULTS = /^(?:error converting YAML to JSON: )?yaml: unmarshal errors:\n/;

/** A warning is one line: the repeated keys of a YAML text are one each. */
function asWarnings(fault: string): string[] {
  const told = YAML_FAULTS.exec(fault);
  return told === null
    ? [fault]
    : fault
        .slice(told[0].length)
        .split("\n")
        .map((line) => line.trim());
}
