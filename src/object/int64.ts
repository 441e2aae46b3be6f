import { quoteText } from "./quote.ts";

const END = 2n ** 63n;
/** A sign and the digits of 2^63, or the digits of 2^64. */
const MAX_LENGTH = 20;

/** A number that was read, or what is wrong with its text, in the words that clients know. */
type ReadNumber = { readonly value: bigint } | { readonly problem: string };

/** A whole number of 64 bits from its decimal text. */
export function parseInt64(text: string): ReadNumber {
  return parse(text, "ParseInt", /^[+-]?\d+$/, -END, END);
}

/** The same without a sign. */
export function parseUint64(text: string): ReadNumber {
  return parse(text, "ParseUint", /^\d+$/, 0n, 2n * END);
}

/** `from` is the least number that is taken, `end` the first one that is too large. */
function parse(text: string, by: "ParseInt" | "ParseUint", form: RegExp, from: bigint, end: bigint): ReadNumber {
  const problem = (what: string) => ({ problem: `strconv.${by}: parsing ${quoteText(text)}: ${what}` });
  if (!form.test(text)) return problem("invalid syntax");
  const significant = text.replace(/^([+-]?)0+(?=\d)/, "$1");
  const value = significant.length > MAX_LENGTH ? end : BigInt(significant);
  return value < end && value >= from ? { value } : problem("value out of range");
}
