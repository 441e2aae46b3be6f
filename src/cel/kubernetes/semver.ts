import { fn, globalOverload, memberOverload } from "../declaration.ts";
import type { FunctionDeclaration, Library } from "../declaration.ts";
import { typeConstant } from "../library/standard.ts";
import { boolType, intType, opaqueType, stringType } from "../types.ts";
import { EvalError, int } from "../value.ts";
import type { Value } from "../value.ts";
import { opaqueKind } from "./opaque.ts";

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly pre: readonly string[];
  readonly build: string;
}

const semverKind = opaqueKind<Version>(opaqueType("kubernetes.Semver"), (a, b) => compareVersions(a, b) === 0);
const SV = semverKind.type;

const number = "(0|[1-9][0-9]*)";
const strict = new RegExp(
  `^${number}\\.${number}\\.${number}(?:-((?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(?:\\.(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*))?(?:\\+([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?$`,
);
const maxText = 256;
const maxNumber = 18446744073709551615n;

/** Reads a version of semantic versioning 2.0; a string is the reason why it is none. */
function parseVersion(text: string, normalize: boolean): Version | string {
  if (text === "") return "Version string empty";
  if (text.length > maxText) return "Version string too long";
  const match = strict.exec(normalize ? normalized(text) : text);
  if (match === null)
    return text.split(".").length < 3
      ? "No Major.Minor.Patch elements found"
      : `Invalid character(s) found in version ${JSON.stringify(text)}`;
  const numbers = [match[1], match[2], match[3]].map((digits) => BigInt(digits ?? "0")) as [bigint, bigint, bigint];
  if (numbers.some((part) => part > maxNumber)) return "value out of range";
  return { numbers, pre: match[4]?.split(".") ?? [], build: match[5] ?? "" };
}

/** Drops a leading v and leading zeros, and adds what is missing of the three numbers. */
function normalized(text: string): string {
  const trimmed = text.trim().replace(/^v/, "");
  const [, digits = "", rest = ""] = /^([0-9.]*)(.*)$/s.exec(trimmed) ?? [];
  const parts = digits.split(".").map((part) => part.replace(/^0+(?=[0-9])/, ""));
  if (parts.length < 3 && rest !== "") return trimmed;
  while (parts.length < 3) parts.push("0");
  return parts.join(".") + rest;
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
