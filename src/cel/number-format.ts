/** A double as Go prints it with %g: the shortest digits, an exponent below 1e-4 and from 1e6 on. */
export function formatDouble(value: number, largestPlain = 6): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const exponential = value.toExponential();
  const at = exponential.indexOf("e");
  const exponent = Number(exponential.slice(at + 1));
  if (exponent < -4 || exponent >= largestPlain) {
    const digits = String(Math.abs(exponent)).padStart(2, "0");
    return `${exponential.slice(0, at)}e${exponent < 0 ? "-" : "+"}${digits}`;
  }
  return formatPlain(value);
}

/** A double without exponent, in its shortest digits. */
export function formatPlain(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return Object.is(value, -0) ? "-0" : text;
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  const exponent = Number(power);
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${whole}${fraction}`;
  return sign + whole + fraction.padEnd(exponent, "0");
}
