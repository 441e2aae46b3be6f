import { isPrintable } from "../object/quote.ts";

/** Longest name of a manager, in bytes. */
const maxManagerBytes = 128;

/**
 * Who a write is recorded for: the request's fieldManager, or else what its User-Agent says before the first slash,
 * without unprintable characters and cut to what fits. May be empty; entries then say "unknown".
 */
export function managerName(fieldManager: string | undefined, userAgent: string | undefined): string {
  if (fieldManager !== undefined && fieldManager !== "") return fieldManager;
  const product = (userAgent ?? "").split("/", 1)[0] ?? "";
  let name = "";
  let bytes = 0;
  for (const character of product) {
    if (!isPrintable(character)) continue;
    bytes += Buffer.byteLength(character);
    if (bytes > maxManagerBytes) break;
    name += character;
  }
  return name;
}
