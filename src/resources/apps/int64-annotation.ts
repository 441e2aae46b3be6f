import { quoteText } from "../../object/quote.ts";

const MAX = 2n ** 63n;

/** A whole number of 64 bits as an annotation has it, in its shortest form; or what is wrong with the text, as the original says it. */
export function readInt64(text: string): { readonly text: string } | { readonly problem: string } {
  const number = /^[+-]?\d{1,100}$/.test(text) ? BigInt(text) : undefined;
  if (number !== undefined && number < MAX && number >= -MAX) return { text: String(number) };
  return { problem: `strconv.ParseInt: parsing ${quoteText(text)}: ${number === undefined ? "invalid syntax" : "value out of range"}` };
}
