/** What an unquoted YAML scalar means, by the rules that Kubernetes' own reader has (YAML 1.1 without base 60). */
export type PlainScalar =
  | { readonly type: "null" }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "integer"; readonly value: number | bigint }
  | { readonly type: "float"; readonly value: number }
  /** Kept as text, but quoted when written, so that other readers do not take it for a date. */
  | { readonly type: "timestamp" }
  | { readonly type: "merge" }
  | { readonly type: "string" };

const words = new Map<string, PlainScalar>([
  ["<<", { type: "merge" }],
  ["", { type: "null" }],
  ...["~", "null", "Null", "NULL"].map((word): [string, PlainScalar] => [word, { type: "null" }]),
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word): [string, PlainScalar] => [
    word,
    { type: "boolean", value: true },
  ]),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word): [string, PlainScalar] => [
    word,
    { type: "boolean", value: false },
  ]),
  ...[".nan", ".NaN", ".NAN"].map((word): [string, PlainScalar] => [word, { type: "float", value: Number.NaN }]),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((word): [string, PlainScalar] => [word, { type: "float", value: Infinity }]),
  ...["-.inf", "-.Inf", "-.INF"].map((word): [string, PlainScalar] => [word, { type: "float", value: -Infinity }]),
]);

const integer = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]?([0-7]+)|0[bB]([01]+)|(0|[1-9][0-9]*))$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const timestamp =
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:[.,][0-9]+)?(?:Z|[ \t]*[-+][0-9]{2}:[0-9]{2})?)?$/;

/** No number of the API is longer; longer digits stay text. */
const maxDigits = 400;

/** What an unquoted scalar's text means. */
export function resolvePlain(text: string): PlainScalar {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (text.length > maxDigits || !/^[-+.0-9]/.test(text)) return { type: "string" };
  if (timestamp.test(text)) return { type: "timestamp" };
  const plain = text.replaceAll("_", "");
  if (!text.startsWith(".")) {
    const value = readInteger(plain);
    if (value !== undefined) return { type: "integer", value };
  }
  if (float.test(text.startsWith(".") ? text : plain)) {
    const value = Number(plain);
    if (Number.isFinite(value)) return { type: "float", value };
  }
  return { type: "string" };
}

/** An integer between the least int64 and the greatest uint64. */
function readInteger(text: string): number | bigint | undefined {
  const match = integer.exec(text);
  if (match === null) return undefined;
  const [, sign, hex, octal, binary, decimal] = match;
  const digits =
    hex !== undefined ? `0x${hex}` : octal !== undefined ? `0o${octal}` : binary !== undefined ? `0b${binary}` : (decimal ?? "");
  const size = BigInt(digits);
  const value = sign === "-" ? -size : size;
  if (value < -(2n ** 63n) || value >= 2n ** 64n) return undefined;
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}
