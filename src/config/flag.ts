/** The forms in which a flag's value is written; `flag-value.ts` reads each into the type that `FlagValueTypes` names. */
export interface FlagValueTypes {
  bool: boolean;
  int: number;
  float: number;
  /** Go's notation, "1h30m"; held in milliseconds. */
  duration: number;
  /** A quantity of bytes, "8Gi"; held in bytes. */
  bytes: number;
  string: string;
  /** "" where it is not set. */
  ip: string;
  /** Separated by commas, and the flag may be repeated. */
  list: readonly string[];
  /** The flag may be repeated, commas belong to the value. */
  repeated: readonly string[];
  /** key=value, separated by commas, and the flag may be repeated. */
  map: ReadonlyMap<string, string>;
  /** "30000-32767", both ends included. */
  ports: PortRange;
}

/** Ports from `first` to `last`, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export type FlagType = keyof FlagValueTypes;

/**
 * What setting a flag does. `works`: what it says. `harmless`: it is taken with one line of warning, since leaving it out
 * of account changes nothing that a client relies on. `refused`: the server does not start unless the value is the
 * default, since ignoring it would be a lie.
 */
export type FlagStatus = "works" | "harmless" | "refused";

/** One row of the table of flags. */
export interface Flag<T extends FlagType = FlagType> {
  readonly status: FlagStatus;
  readonly type: T;
  /** As it would be written on the command line. */
  readonly default: string;
  readonly means: string;
  /** The only values it takes, where that is a short list. For a list: what its items may be. */
  readonly values?: readonly string[] | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** kube-apiserver calls it deprecated. */
  readonly deprecated?: boolean | undefined;
}

/** The parts of a row that few flags need. */
type FlagDetails = Pick<Flag, "values" | "min" | "max" | "deprecated">;

/** A row for a flag that does what it says. */
export function works<const T extends FlagType>(type: T, byDefault: string, means: string, details?: FlagDetails): Flag<T> {
  return { status: "works", type, default: byDefault, means, ...details };
}

/** A row for a flag that is taken, with a warning, and changes nothing. */
export function harmless<const T extends FlagType>(type: T, byDefault: string, means: string, details?: FlagDetails): Flag<T> {
  return { status: "harmless", type, default: byDefault, means, ...details };
}

/** A row for a flag whose effect does not exist yet: any value but the default ends the start. */
export function refused<const T extends FlagType>(type: T, byDefault: string, means: string, details?: FlagDetails): Flag<T> {
  return { status: "refused", type, default: byDefault, means, ...details };
}
