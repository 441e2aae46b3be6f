import { quoteText } from "./quote.ts";

const END = 2n ** 63n;
/** A sign and the digits of 2^63. */
const MAX_LENGTH = 20;

/** A whole number of 64 bits from its decimal text; or what is wrong with the text, in the words that clients know. */
export function parseInt64(text: string): { readonly value: bigint } | { readonly problem: string } {
  const problem = (what: string) => ({ problem: `strconv.ParseInt: parsing ${quoteText(text)}: ${what}` });
  if (!/^[+-]?\d+$/.test(text)) return problem("invalid syntax");
  const significant = text.replace(/^([+-]?)0+(?=\d)/, "$1");
  const value = significant.length > MAX_LENGTH ? END : BigInt(significant);
  return value < END && value >= -END ? { value } : problem("value out of range");
}
