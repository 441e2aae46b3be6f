import { invalidField, type FieldError } from "../../../object/field-error.ts";
import { FieldPath } from "../../../object/field-path.ts";

/** How much is asked of pods. */
export type Level = "privileged" | "baseline" | "restricted";

const LEVELS: readonly string[] = ["privileged", "baseline", "restricted"] satisfies Level[];

/** A level as it was at a minor version of Kubernetes; Infinity: as it is now. */
export interface LevelVersion {
  readonly level: Level;
  readonly minor: number;
}

/** What a namespace asks of its pods (concepts/security/pod-security-admission). */
export interface Policy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
}

/** What becomes of pods that are not as they should be: refused, noted or warned of. */
export type Mode = keyof Policy;
/** All modes. */
export const MODES: readonly Mode[] = ["enforce", "audit", "warn"];
/** The minor version of "latest". */
export const LATEST = Number.POSITIVE_INFINITY;
/** What the labels and annotations of pod security begin with. */
export const LABEL_PREFIX = "pod-security.kubernetes.io/";

/** What is said of a text that is no level. */
export const LEVEL_FAULT = "must be one of privileged, baseline, restricted";
/** What is said of a text that is no version. */
export const VERSION_FAULT = 'must be "latest" or "v1.x"';

const PRIVILEGED: LevelVersion = { level: "privileged", minor: LATEST };
/** Asks for nothing. */
export const PERMISSIVE: Policy = { enforce: PRIVILEGED, audit: PRIVILEGED, warn: PRIVILEGED };

const LABELS = FieldPath.root.child("metadata", "labels");

/** "baseline:latest", "restricted:v1.30". */
export function levelVersionText({ level, minor }: LevelVersion): string {
  return `${level}:${minor === LATEST ? "latest" : `v1.${minor}`}`;
}

/** Whether both are the same level at the same version. */
export function sameLevelVersion(a: LevelVersion, b: LevelVersion): boolean {
  return a.level === b.level && a.minor === b.minor;
}

/** Above zero where `a` asks for more than `b`. */
export function compareLevels(a: Level, b: Level): number {
  return LEVELS.indexOf(a) - LEVELS.indexOf(b);
}

/** The level of a text; undefined for a text that is none. */
export function readLevel(text: string): Level | undefined {
  return LEVELS.includes(text) ? (text as Level) : undefined;
}

/** The minor version of "latest" or "v1.30"; undefined for another text. */
export function readVersion(text: string): number | undefined {
  if (text === "latest") return LATEST;
  const digits = /^v1\.([0-9]|[1-9][0-9]*)$/.exec(text)?.[1];
  return digits !== undefined && Number.isSafeInteger(Number(digits)) ? Number(digits) : undefined;
}

/**
 * What labels of a namespace ask for, and what is wrong with them. What cannot be read is taken as strictly as can be
 * where pods are refused, and lets through where it is only told of.
 */
export function policyOf(labels: Readonly<Record<string, string>> | undefined, defaults: Policy): { policy: Policy; faults: FieldError[] } {
  const faults: FieldError[] = [];
  if (labels === undefined) return { policy: defaults, faults };
  const label = (name: string): string | undefined =>
    Object.hasOwn(labels, LABEL_PREFIX + name) ? labels[LABEL_PREFIX + name] : undefined;
  const fault = (name: string, value: string, text: string): void =>
    void faults.push(invalidField(LABELS.key(LABEL_PREFIX + name), value, text));
  const read = (mode: Mode): LevelVersion => {
    let { level, minor } = defaults[mode];
    const levelLabel = label(mode);
    if (levelLabel !== undefined) {
      const asked = readLevel(levelLabel);
      if (asked === undefined) fault(mode, levelLabel, LEVEL_FAULT);
      level = asked ?? (mode === "enforce" ? "restricted" : "privileged");
    }
    const versionLabel = label(`${mode}-version`);
    if (versionLabel !== undefined) {
      const asked = readVersion(versionLabel);
      if (asked === undefined) fault(`${mode}-version`, versionLabel, VERSION_FAULT);
      minor = asked ?? LATEST;
    }
    return { level, minor };
  };
  const enforce = read("enforce");
  const audit = read("audit");
  let warn = read("warn");
  // Who is going to refuse pods also warns who makes templates of such pods.
  const enforceLabel = label("enforce");
  const isStricter = compareLevels(enforce.level, warn.level) > 0;
  if (isStricter && enforceLabel !== undefined && readLevel(enforceLabel) !== undefined && label("warn") === undefined) {
    warn = { level: enforce.level, minor: label("warn-version") === undefined ? enforce.minor : warn.minor };
  }
  return { policy: { enforce, audit, warn }, faults };
}

/** Nothing is asked for, in any mode. */
export function isPermissive(policy: Policy, modes: readonly Mode[] = MODES): boolean {
  return modes.every((mode) => policy[mode].level === "privileged");
}

/** The modes that labels set and that ask for something: "enforce=baseline:latest, warn=restricted:v1.30". */
export function labelledPolicyText(policy: Policy, labels: Readonly<Record<string, string>> = {}): string {
  const isLabelled = (mode: Mode): boolean =>
    Object.hasOwn(labels, LABEL_PREFIX + mode) || Object.hasOwn(labels, `${LABEL_PREFIX}${mode}-version`);
  return MODES.filter((mode) => policy[mode].level !== "privileged" && isLabelled(mode))
    .map((mode) => `${mode}=${levelVersionText(policy[mode])}`)
    .join(", ");
}

/** Whether both ask for the same in every mode. */
export function samePolicy(a: Policy, b: Policy): boolean {
  return MODES.every((mode) => sameLevelVersion(a[mode], b[mode]));
}
