/**
 * How a quantity is written: with SI suffixes (100m, 2k), with power-of-two suffixes (1Gi), or with a decimal exponent
 * (1e3). A sum keeps the form of its first term.
 */
type QuantityFormat = "DecimalSI" | "BinarySI" | "DecimalExponent";

/** An exact amount, in units of a billionth: nothing smaller exists in the API, and smaller amounts are rounded up. */
export interface Quantity {
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

/** Why a text is no quantity; `message` is the text that clients know. */
export class QuantityError extends Error {}

/** Nothing. */
export const zeroQuantity: Quantity = { nanos: 0n, format: "DecimalSI" };

const formatWrong = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const numericWrong = "unable to parse numeric part of quantity";
const suffixWrong = "unable to parse quantity's suffix";

const decimalSuffixes = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const binarySuffixes = new Map([
  ["Ki", 10],
  ["Mi", 20],
  ["Gi", 30],
  ["Ti", 40],
  ["Pi", 50],
  ["Ei", 60],
]);
const decimalSuffixByExponent = new Map([...decimalSuffixes].map(([suffix, exponent]) => [exponent, suffix]));
const binarySuffixByExponent = new Map([...binarySuffixes].map(([suffix, exponent]) => [exponent, suffix]));

const nano = 1_000_000_000n;
const maxBinary = (2n ** 63n - 1n) * nano;

/** What one of each suffix is. */
const units: ReadonlyMap<string, Quantity> = new Map<string, Quantity>([
  ...[...decimalSuffixes].map(([suffix, exponent]) => [suffix, { nanos: 10n ** BigInt(9 + exponent), format: "DecimalSI" }] as const),
  ...[...binarySuffixes].map(([suffix, exponent]) => [suffix, { nanos: nano << BigInt(exponent), format: "BinarySI" }] as const),
]);

/** Bounds on what arithmetic is done for a client: a text's length and a decimal exponent. */
const maxText = 4096;
const maxExponent = 10_000;

// Digits may be missing on either side of the dot, and altogether: the original reads "+" and "." as zero.
const shape = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

/** So many whole ones, as counts are written. */
export function wholeQuantity(count: bigint): Quantity {
  return { nanos: count * nano, format: "DecimalSI" };
}

/** Reads a quantity; throws QuantityError, whose message is the original's, for a text that is none. */
export function parseQuantity(text: string): Quantity {
  if (text === "") throw new QuantityError(formatWrong);
  if (text.length > maxText) throw new QuantityError(numericWrong);
  const usual = parseUsual(text);
  if (usual !== undefined) return usual;
  const match = shape.exec(text);
  if (match === null) throw new QuantityError(formatWrong);
  const [, sign, whole = "", fraction = "", suffix = ""] = match;
  const unit = interpretSuffix(suffix);
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return { nanos: 0n, format: unit.format };

  let nanos: bigint;
  let format = unit.format;
  if (unit.format === "BinarySI") {
    nanos = scaled(BigInt(digits) << BigInt(unit.exponent), 9 - fraction.length);
    // A binary amount is capped at int64 and, below one, written in decimal, so that nothing is rounded.
    if (nanos > maxBinary) nanos = maxBinary;
    if (nanos < nano) format = "DecimalSI";
  } else {
    nanos = decimalNanos(digits, unit.exponent - fraction.length + 9);
  }
  return { nanos: sign === "-" ? -nanos : nanos, format };
}

/** Digits that a number holds exactly. */
const safeDigits = 15;

/** Digits and a suffix, as nearly all quantities are written: a pod's are read many times on its way to the store. */
function parseUsual(text: string): Quantity | undefined {
  let value = 0;
  let at = 0;
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (at === 0 || at > safeDigits) return undefined;
  const unit = units.get(at === text.length ? "" : text.slice(at));
  if (unit === undefined) return undefined;
  if (value === 0) return { nanos: 0n, format: unit.format };
  const nanos = BigInt(value) * unit.nanos;
  return { nanos: unit.format === "BinarySI" && nanos > maxBinary ? maxBinary : nanos, format: unit.format };
}

/** The quantity, or undefined for a text that is none. */
export function tryParseQuantity(text: string): Quantity | undefined {
  try {
    return parseQuantity(text);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/** The canonical text of a quantity's text, or undefined for a text that is no quantity. */
export function canonicalQuantity(text: string): string | undefined {
  const quantity = tryParseQuantity(text);
  return quantity === undefined ? undefined : formatQuantity(quantity);
}

const rewritable = /^[+-]?0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

/**
 * The text in which the API writes a quantity that it has read: the canonical one, but a text that the original's
 * reader takes for canonical by a short look at its digits stays as it came (+1, 01, 1.500). Throws QuantityError.
 */
export function rewriteQuantity(text: string): string {
  const quantity = parseQuantity(text);
  return looksCanonical(text) ? text : formatQuantity(quantity);
}

function looksCanonical(text: string): boolean {
  const [, digits = "", fraction = "", suffix = ""] = rewritable.exec(text) ?? [];
  const { format, exponent } = interpretSuffix(suffix);
  const number = digits === "" ? "0" : digits;
  if (format === "BinarySI") {
    const fits = 14 - number.length - Math.floor((exponent * 3) / 10) >= 0;
    return fits && fraction === "" && Number(number) % 8 !== 0;
  }
  const shifted = number + fraction;
  const scale = exponent - fraction.length;
  return shifted.length <= 18 && scale >= -9 && scale % 3 === 0 && !shifted.endsWith("000") && !shifted.startsWith("0");
}

/** The canonical text: no fraction, the greatest suffix that needs none, no precision lost. */
export function formatQuantity(quantity: Quantity): string {
  const { nanos } = quantity;
  if (nanos === 0n) return "0";
  if (quantity.format === "BinarySI" && nanos % nano === 0n && absolute(nanos) >= 1024n * nano) {
    return binaryText(nanos / nano);
  }
  const { mantissa, exponent } = decimalParts(nanos);
  if (quantity.format === "DecimalExponent") return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  // No suffix is greater than E; the rest stays in digits.
  const shown = Math.min(exponent, 18);
  return `${mantissa * 10n ** BigInt(exponent - shown)}${decimalSuffixByExponent.get(shown)}`;
}

/** Negative, zero or positive, as a comes before, with or after b. */
export function compareQuantity(a: Quantity, b: Quantity): number {
  return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
}

/** a + b, in a's form unless a is zero. */
export function addQuantity(a: Quantity, b: Quantity): Quantity {
  return { nanos: a.nanos + b.nanos, format: a.nanos === 0n ? b.format : a.format };
}

/** a - b, in a's form unless a is zero. */
export function subtractQuantity(a: Quantity, b: Quantity): Quantity {
  return { nanos: a.nanos - b.nanos, format: a.nanos === 0n ? b.format : a.format };
}

/** -1, 0 or 1. */
export function quantitySign(quantity: Quantity): number {
  return quantity.nanos < 0n ? -1 : quantity.nanos > 0n ? 1 : 0;
}

/** Whether the amount is zero. */
export function isZeroQuantity(quantity: Quantity): boolean {
  return quantity.nanos === 0n;
}

/** The amount as an integer; a fraction is rounded away from zero. */
export function quantityValue(quantity: Quantity): bigint {
  return divideAway(quantity.nanos, nano);
}

/** The amount in thousandths; smaller fractions are rounded away from zero. */
export function quantityMilliValue(quantity: Quantity): bigint {
  return divideAway(quantity.nanos, 1_000_000n);
}

/** The amount rounded away from zero to thousandths, as resource lists are stored. */
export function roundUpToMilli(quantity: Quantity): Quantity {
  return { nanos: quantityMilliValue(quantity) * 1_000_000n, format: quantity.format };
}

function interpretSuffix(suffix: string): { readonly format: QuantityFormat; readonly exponent: number } {
  const decimal = decimalSuffixes.get(suffix);
  if (decimal !== undefined) return { format: "DecimalSI", exponent: decimal };
  const binary = binarySuffixes.get(suffix);
  if (binary !== undefined) return { format: "BinarySI", exponent: binary };
  const match = /^[eE]([+-]?[0-9]+)$/.exec(suffix);
  const exponent = Number(match?.[1] ?? Number.NaN);
  if (Number.isNaN(exponent) || exponent > maxExponent) throw new QuantityError(suffixWrong);
  return { format: "DecimalExponent", exponent };
}

/** digits × 10^power, rounded up to an integer; a far too small amount costs no arithmetic. */
function decimalNanos(digits: string, power: number): bigint {
  return digits.length + power <= 0 ? 1n : scaled(BigInt(digits), power);
}

/** value × 10^power for a value above zero, rounded up. */
function scaled(value: bigint, power: number): bigint {
  return power >= 0 ? value * 10n ** BigInt(power) : divideAway(value, 10n ** BigInt(-power));
}

function divideAway(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  if (value % divisor === 0n) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function binaryText(value: bigint): string {
  let mantissa = value;
  let exponent = 0;
  while (exponent < 60 && mantissa % 1024n === 0n) {
    mantissa /= 1024n;
    exponent += 10;
  }
  return `${mantissa}${binarySuffixByExponent.get(exponent) ?? ""}`;
}

/** The amount as mantissa × 10^exponent, the exponent the greatest multiple of three that leaves an integer. */
function decimalParts(nanos: bigint): { readonly mantissa: bigint; readonly exponent: number } {
  const text = nanos.toString();
  let zeros = 0;
  while (text[text.length - 1 - zeros] === "0") zeros++;
  const exponent = Math.floor((zeros - 9) / 3) * 3;
  return { mantissa: BigInt(text.slice(0, text.length - (exponent + 9)) || "0"), exponent };
}
