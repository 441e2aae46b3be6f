/** One line of the report: what was measured, what came out, what it should be. */
export interface Result {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  /** The bound that `measured` is to keep; absent for a figure that only informs. */
  readonly aim?: { readonly atLeast: number } | { readonly atMost: number };
  /** The absolute figures behind a ratio. */
  readonly detail?: string;
}

/** A result as a line of text: what, measured, aim, met or not. */
export function line({ what, measured, unit, aim, detail }: Result): string {
  const bound = aim === undefined ? "" : "atLeast" in aim ? `≥ ${aim.atLeast}` : `≤ ${aim.atMost}`;
  const verdict = aim === undefined ? "" : isMet(measured, aim) ? "met" : "NOT MET";
  const figure = `${rounded(measured)}${unit === "" ? "" : ` ${unit}`}`;
  return `${what.padEnd(58)} ${figure.padStart(11)} ${bound.padStart(8)}  ${verdict.padEnd(7)}  ${detail ?? ""}`.trimEnd();
}

function isMet(measured: number, aim: NonNullable<Result["aim"]>): boolean {
  return "atLeast" in aim ? measured >= aim.atLeast : measured <= aim.atMost;
}

/** A number with about three digits that say something. */
export function rounded(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** The one in the middle, the upper of two. */
export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}
