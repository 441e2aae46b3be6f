import { fn, globalOverload, memberOverload } from "../declaration.ts";
import type { FunctionDeclaration, Library } from "../declaration.ts";
import { typeConstant } from "../library/standard.ts";
import { boolType, intType, opaqueType, stringType } from "../types.ts";
import { EvalError, int } from "../value.ts";
import type { Value } from "../value.ts";
import { opaqueKind, quoted } from "./opaque.ts";

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly pre: readonly string[];
  readonly build: string;
}

const semverKind = opaqueKind<Version>(opaqueType("kubernetes.Semver"), (a, b) => compareVersions(a, b) === 0);
const SV = semverKind.type;

const maxNumber = 18446744073709551615n;

/** Reads a version of semantic versioning 2.0; a string is the reason why it is none. */
function parseVersion(text: string, normalize: boolean): Version | string {
  const normal = normalize ? normalized(text) : text;
  if (normal === undefined) return "short version cannot contain PreRelease/Build meta data";
  if (normal === "") return "Version string empty";
  const [major = "", minor = "", rest] = inThree(normal);
  if (rest === undefined) return "No Major.Minor.Patch elements found";
  const [withPre, build] = cutAt(rest, "+");
  const [patch, preText] = cutAt(withPre, "-");
  const wrong = numberFault("Major", major) ?? numberFault("Minor", minor) ?? numberFault("Patch", patch);
  if (wrong !== undefined) return wrong;
  const pre = preText?.split(".") ?? [];
  for (const part of pre) {
    if (part === "") return "Prerelease is empty";
    if (/^0[0-9]+$/.test(part)) return `Numeric PreRelease version must not contain leading zeroes ${quoted(part)}`;
    if (!word.test(part)) return `Invalid character(s) found in prerelease ${quoted(part)}`;
  }
  for (const part of build?.split(".") ?? []) {
    if (part === "") return "Build meta data is empty";
    if (!word.test(part)) return `Invalid character(s) found in build meta data ${quoted(part)}`;
  }
  return { numbers: [BigInt(major), BigInt(minor), BigInt(patch)], pre, build: build ?? "" };
}

const word = /^[0-9A-Za-z-]*$/;

/** What is wrong with one of the three numbers. */
function numberFault(name: string, digits: string): string | undefined {
  if (!/^[0-9]*$/.test(digits)) return `Invalid character(s) found in ${name.toLowerCase()} number ${quoted(digits)}`;
  if (digits.length > 1 && digits.startsWith("0")) return `${name} number must not contain leading zeroes ${quoted(digits)}`;
  if (digits === "") return `strconv.ParseUint: parsing "": invalid syntax`;
  // Digits without leading zeros: their count says enough of what is far too large.
  const fits = digits.length <= 20 && BigInt(digits) <= maxNumber;
  return fits ? undefined : `strconv.ParseUint: parsing ${quoted(digits)}: value out of range`;
}

/** Splits at the first two dots. */
function inThree(text: string): string[] {
  const [major = "", minor, ...rest] = text.split(".");
  return [major, ...(minor === undefined ? [] : [minor]), ...(rest.length === 0 ? [] : [rest.join(".")])];
}

/** What comes before a character, and what after it; the latter undefined where it is not there. */
function cutAt(text: string, character: string): readonly [string, string | undefined] {
  const index = text.indexOf(character);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

/** Drops a leading v and leading zeros, and adds what is missing of the three numbers; undefined where it must not. */
function normalized(text: string): string | undefined {
  const parts = inThree(text.replace(/^v/, "")).map((part) => {
    if (part.length < 2) return part;
    const short = part.replace(/^0+/, "");
    return /^[0-9]/.test(short) ? short : `0${short}`;
  });
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? "")) return undefined;
  while (parts.length < 3) parts.push("0");
  return parts.join(".");
}

function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < 3; i++) {
    const [left, right] = [a.numbers[i] ?? 0n, b.numbers[i] ?? 0n];
    if (left !== right) return left < right ? -1 : 1;
  }
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign(b.pre.length - a.pre.length);
  for (let i = 0; i < Math.min(a.pre.length, b.pre.length); i++) {
    const order = comparePre(a.pre[i] ?? "", b.pre[i] ?? "");
    if (order !== 0) return order;
  }
  return Math.sign(a.pre.length - b.pre.length);
}

/** Numbers come before words, and go by value. */
function comparePre(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [/^[0-9]+$/.test(a), /^[0-9]+$/.test(b)];
  if (left !== right) return left ? -1 : 1;
  if (left) return BigInt(a) < BigInt(b) ? -1 : 1;
  return a < b ? -1 : 1;
}

function toVersion(text: Value | undefined, normalize: Value | undefined): Value {
  const version = parseVersion(text as string, normalize === true);
  if (typeof version === "string") throw new EvalError(version);
  return semverKind.wrap(version);
}

const isVersion = (text: Value | undefined, normalize: Value | undefined): Value =>
  typeof parseVersion(text as string, normalize === true) !== "string";

function part(name: string, index: 0 | 1 | 2): FunctionDeclaration {
  return fn(name, [memberOverload(`semver_${name}`, [SV], intType, (a) => int(semverKind.unwrap(a).numbers[index]))]);
}

function comparison(name: string, id: string, holds: (order: number) => boolean): FunctionDeclaration {
  return fn(name, [memberOverload(id, [SV, SV], boolType, (a, b) => holds(compareVersions(semverKind.unwrap(a), semverKind.unwrap(b))))]);
}

/** Semantic versions: semver("1.2.3").isLessThan(semver("2.0.0")). */
export const semverLibrary: Library = {
  constants: new Map([[SV.name, typeConstant(SV)]]),
  functions: [
    fn("semver", [
      globalOverload("string_to_semver", [stringType], SV, (a) => toVersion(a, false)),
      globalOverload("string_bool_to_semver", [stringType, boolType], SV, toVersion),
    ]),
    fn("isSemver", [
      globalOverload("is_semver_string", [stringType], boolType, (a) => isVersion(a, false)),
      globalOverload("is_semver_string_bool", [stringType, boolType], boolType, isVersion),
    ]),
    part("major", 0),
    part("minor", 1),
    part("patch", 2),
    comparison("isLessThan", "semver_is_less_than", (order) => order < 0),
    comparison("isGreaterThan", "semver_is_greater_than", (order) => order > 0),
    fn("compareTo", [
      memberOverload("semver_compare_to", [SV, SV], intType, (a, b) => compareVersions(semverKind.unwrap(a), semverKind.unwrap(b))),
    ]),
  ],
};
