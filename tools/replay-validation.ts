/**
 * Compares a kind's rules with recorded results: applies each recorded mutation to the recorded baseline, runs defaults,
 * preparation and validation as the registry does, and compares the faults.
 *
 *     node dist/tools/replay-validation.js --facts DIR --kind apps/v1/Deployment [--show 20] [--at spec.strategy]
 *
 * DIR is the facts directory that holds validation/recorded. Of a mutation that the decoder refuses, its message is compared.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { causeReasons, fieldErrorBody } from "../src/object/field-error-message.ts";
import type { FieldError } from "../src/object/field-error.ts";
import { copyJson, isObject, setOwn, type JsonObject, type JsonValue } from "../src/object/json.ts";
import type { KubeObject } from "../src/object/kube-object.ts";
import { dnsSubdomain, maskTrailingHyphen } from "../src/object/names.ts";
import { behaviours } from "../src/resources/behaviours.ts";
import { decode } from "../src/schema/decode.ts";
import { applyDefaults } from "../src/schema/default.ts";
import { loadTypes } from "../src/schema/load.ts";
import { metadataChecksOf } from "../src/resources/metadata-updates.ts";
import type { KindBehaviour, StrategyContext } from "../src/resources/definition.ts";
import { validateObjectMeta, validateObjectMetaUpdate, type MetaRules } from "../src/validation/object-meta.ts";

type Result = string | string[] | { result?: string | string[]; warnings?: string[] };
type Rows = Record<string, [string[], Result][]>;
interface Recorded {
  nameProbes?: Record<string, Result>;
  objects: Record<
    string,
    { baseline: JsonObject; stored?: JsonObject; create?: Rows; createAccepted?: Record<string, string[]>; update?: Rows }
  >;
}
interface Outcome {
  errors: string[];
  warnings: string[];
}

const context: StrategyContext = {
  now: "2026-01-01T00:00:00Z",
  user: { name: "admin", groups: ["system:masters"] },
  settings: {
    allowPrivileged: true,
    nodePortRange: { from: 30000, to: 32767 },
    serviceCidrs: ["10.0.0.0/24"],
    eventTtlSeconds: 3600,
  },
  dryRun: false,
};

const { values: flags } = parseArgs({
  options: {
    facts: { type: "string" },
    kind: { type: "string" },
    show: { type: "string", default: "10" },
    at: { type: "string", default: "" },
  },
});
if (flags.facts === undefined || flags.kind === undefined) {
  console.error("usage: replay-validation --facts DIR --kind [GROUP/]VERSION/KIND [--show N] [--at PATH]");
  process.exit(2);
}

const parts = flags.kind.split("/");
const kind = parts.at(-1) ?? "";
const apiVersion = parts.slice(0, -1).join("/");
const group = parts.length === 3 ? (parts[0] ?? "") : "";
const found = behaviours.get(`${group}/${kind}`);
if (found === undefined) {
  console.error(`${group}/${kind} has no behaviour in src/resources/behaviours.ts`);
  process.exit(2);
}
const behaviour: KindBehaviour = found;
const types = loadTypes(new URL("../../data/kubernetes-v1.36/", import.meta.url));
const foundSchema = types.schemaForKind({ group, version: apiVersion.split("/").at(-1) ?? "", kind });
if (foundSchema === undefined) {
  console.error(`the tables have no type for ${flags.kind}`);
  process.exit(2);
}
const schema = foundSchema;
const file = join(flags.facts, "validation", "recorded", `${flags.kind.replaceAll("/", "_")}.json`);
const recorded = JSON.parse(readFileSync(file, "utf8")) as Recorded;
const namespaced = Object.values(recorded.objects).some(
  ({ baseline }) => isObject(baseline["metadata"]) && typeof baseline["metadata"]["namespace"] === "string",
);
const rules: MetaRules = {
  namespaced,
  nameRule: behaviour.strategy?.nameRule ?? ((name, prefix) => dnsSubdomain(prefix ? maskTrailingHyphen(name) : name)),
  qualifiedFinalizers: true,
  updates: metadataChecksOf(group, kind),
};

class RefusedByDecoder extends Error {}

const counts = { passed: 0, failed: 0 };
const long = "x".repeat(300);

for (const [probe, expected] of Object.entries(recorded.nameProbes ?? {})) {
  const baseline = Object.values(recorded.objects)[0]?.baseline;
  if (baseline === undefined || !probe.startsWith("name:")) continue;
  const object = copyJson(baseline);
  setPath(object, ["metadata", "name"], probe.slice("name:".length).replace("<x300>", long));
  compare("nameProbes", probe, "", () => create(object), expected);
}
for (const [name, example] of Object.entries(recorded.objects)) {
  const stored = example.stored === undefined ? undefined : { apiVersion, kind, ...example.stored };
  compare(`${name} baseline`, "", "", () => create(copyJson(example.baseline)), []);
  if (stored !== undefined) showDifferences(name, example.baseline, stored);
  for (const [path, rows] of Object.entries(example.create ?? {})) {
    for (const [mutations, expected] of rows) {
      for (const mutation of mutations) {
        const object = mutate(example.baseline, path, mutation);
        if (object !== undefined) compare(`${name} create`, path, mutation, () => create(object), expected);
      }
    }
  }
  for (const [path, mutations] of Object.entries(example.createAccepted ?? {})) {
    for (const mutation of mutations) {
      const object = mutate(example.baseline, path, mutation);
      if (object !== undefined) compare(`${name} createAccepted`, path, mutation, () => create(object), []);
    }
  }
  for (const [path, rows] of Object.entries(example.update ?? {})) {
    for (const [mutations, expected] of rows) {
      for (const mutation of mutations) {
        if (stored === undefined) continue;
        const object = mutate(stored, path, mutation);
        if (object !== undefined) compare(`${name} update`, path, mutation, () => update(object, stored), expected);
      }
    }
  }
}

const total = counts.passed + counts.failed;
const percent = total === 0 ? 0 : (100 * counts.passed) / total;
console.log(`${flags.kind}: ${counts.passed}/${total} (${percent.toFixed(1)} %)`);
process.exitCode = counts.failed === 0 ? 0 : 1;

/** Shows where the object that would be stored differs from the recorded one; times and metadata are left out. */
function showDifferences(name: string, baseline: JsonObject, stored: JsonObject): void {
  const made = prepared(copyJson(baseline));
  const walk = (ours: JsonValue | undefined, theirs: JsonValue | undefined, path: string): void => {
    if (ours === theirs || (isTime(ours) && isTime(theirs))) return;
    if (typeof ours === "object" && ours !== null && typeof theirs === "object" && theirs !== null) {
      const left = new Map(Object.entries(ours));
      const right = new Map(Object.entries(theirs));
      for (const key of new Set([...left.keys(), ...right.keys()])) walk(left.get(key), right.get(key), `${path}.${key}`);
      return;
    }
    console.log(`stored ${name}${path}: ${JSON.stringify(ours)}, recorded ${JSON.stringify(theirs)}`);
  };
  for (const member of new Set([...Object.keys(made), ...Object.keys(stored)])) {
    if (member !== "metadata") walk(made[member], stored[member], `.${member}`);
  }
}

function isTime(value: JsonValue | undefined): boolean {
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value);
}

function prepared(input: JsonObject): KubeObject {
  const object = asObject(input);
  if (namespaced && !object.metadata.namespace) object.metadata.namespace = "ns";
  behaviour.applyDefaults?.(object, apiVersion);
  // The recorder's objects all had this uid.
  object.metadata.uid = "11111111-1111-1111-1111-111111111111";
  behaviour.strategy?.prepareForCreate?.(object, context);
  return object;
}

function create(input: JsonObject): Outcome {
  const object = prepared(input);
  const errors = [...validateObjectMeta(object, rules), ...(behaviour.strategy?.validate?.(object, context) ?? [])];
  const warnings = behaviour.strategy?.warnings?.(object, undefined, context) ?? [];
  return { errors: texts(errors), warnings };
}

function update(input: JsonObject, stored: JsonObject): Outcome {
  const old = asObject(copyJson(stored));
  const object = asObject(input);
  object.metadata.resourceVersion = old.metadata.resourceVersion = "1";
  for (const name of ["namespace", "uid", "creationTimestamp", "generation"] as const) {
    const value = object.metadata[name];
    if ((value === undefined || value === "") && old.metadata[name] !== undefined) {
      setOwn(object.metadata, name, old.metadata[name]);
    }
  }
  if (old.metadata.generation !== undefined) object.metadata.generation = old.metadata.generation;
  behaviour.applyDefaults?.(object, apiVersion);
  behaviour.strategy?.prepareForUpdate?.(object, old, context);
  const errors = [...validateObjectMetaUpdate(object, old, rules), ...(behaviour.strategy?.validateUpdate?.(object, old, context) ?? [])];
  const warnings = behaviour.strategy?.warnings?.(object, old, context) ?? [];
  return { errors: texts(errors), warnings };
}

/** The object in the form that requests have once they are read. Throws what the decoder refuses. */
function asObject(input: JsonObject): KubeObject {
  const decoded = decode({ ...input, apiVersion, kind }, schema);
  if (!decoded.ok) throw new RefusedByDecoder(decoded.message);
  const object = decoded.value as KubeObject;
  if (!isObject(object.metadata)) object.metadata = {};
  applyDefaults(object, schema);
  return object;
}

function texts(errors: readonly FieldError[]): string[] {
  const lines = errors.map((error) => `${causeReasons[error.type].replace("FieldValue", "")} | ${error.field} | ${fieldErrorBody(error)}`);
  return [...new Set(lines)].sort();
}

function compare(section: string, path: string, mutation: string, run: () => Outcome, result: Result): void {
  const plain = Array.isArray(result) ? result : typeof result === "string" ? [result] : (result.result ?? []);
  const expected = (Array.isArray(plain) ? plain : [plain]).filter((line) => line !== "ok");
  const actual = outcomeOf(run);
  const warnings = typeof result === "object" && !Array.isArray(result) ? result.warnings : undefined;
  const good =
    sameLines(actual.errors, expected, mutation) &&
    (warnings === undefined || warnings.every((line) => actual.warnings.some((text) => sameLine(text, line, mutation))));
  if (good) {
    counts.passed++;
    return;
  }
  counts.failed++;
  if (counts.failed > Number(flags.show) && flags.at === "") return;
  if (!path.startsWith(flags.at ?? "")) return;
  console.log(`--- ${section}: ${path} ${mutation}`);
  for (const line of expected) if (!actual.errors.some((text) => sameLine(text, line, mutation))) console.log(`  - ${line}`);
  for (const text of actual.errors) if (!expected.some((line) => sameLine(text, line, mutation))) console.log(`  + ${text}`);
  for (const line of warnings ?? []) console.log(`  wanted warning: ${line}\n  got: ${JSON.stringify(actual.warnings)}`);
}

/** What the decoder refuses is recorded with its message. */
function outcomeOf(run: () => Outcome): Outcome {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RefusedByDecoder)) throw error;
    return { errors: [`decode: ${error.message}`], warnings: [] };
  }
}

function sameLines(actual: readonly string[], expected: readonly string[], mutation: string): boolean {
  if (actual.length !== expected.length) return false;
  return expected.every((line) => actual.some((text) => sameLine(text, line, mutation)));
}

function sameLine(actual: string, expected: string, mutation: string): boolean {
  const value = mutated(mutation);
  const filled = expected.replaceAll("<v>", typeof value === "string" ? value : String(value)).replaceAll("<x300>", long);
  // Long messages were cut when they were recorded.
  if (filled.endsWith("...")) return actual.startsWith(filled.slice(0, -"...".length));
  if (!filled.includes("<object>") && !filled.includes("<diff>")) return actual === filled;
  const pieces = filled.split(/<object>|<diff>/);
  let from = 0;
  for (const [i, piece] of pieces.entries()) {
    const start = i === 0 ? (actual.startsWith(piece) ? 0 : -1) : actual.indexOf(piece, from);
    if (start < 0) return false;
    from = start + piece.length;
  }
  return true;
}

function mutated(mutation: string): JsonValue {
  try {
    const value = JSON.parse(mutation) as JsonValue;
    return value === "<x300>" ? long : value;
  } catch {
    return mutation;
  }
}

/** A copy of an object with one mutation; undefined where the path leads nowhere. */
function mutate(base: JsonObject, path: string, mutation: string): JsonObject | undefined {
  const object = copyJson(base);
  const steps = pathSteps(path);
  if (mutation === "delete") return setPath(object, steps, undefined) ? object : undefined;
  if (mutation === "dup") {
    const list = getPath(object, steps);
    if (!Array.isArray(list) || list[0] === undefined) return undefined;
    list.push(copyJson(list[0]));
    return object;
  }
  if (mutation.startsWith("key:")) {
    const map = getPath(object, steps);
    if (!isObject(map)) return undefined;
    const like = Object.values(map)[0];
    setOwn(map, mutation.slice("key:".length).replace("<x300>", long), like === undefined ? "v" : copyJson(like));
    return object;
  }
  return setPath(object, steps, mutated(mutation)) ? object : undefined;
}

function pathSteps(path: string): string[] {
  return [...path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map((match) => match[1] ?? match[2] ?? "");
}

function getPath(object: JsonValue, steps: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const step of steps) {
    if (Array.isArray(value)) value = value[Number(step)];
    else if (isObject(value)) value = value[step];
    else return undefined;
  }
  return value;
}

function setPath(object: JsonObject, steps: readonly string[], value: JsonValue | undefined): boolean {
  const parent = getPath(object, steps.slice(0, -1));
  const last = steps.at(-1) ?? "";
  if (Array.isArray(parent)) {
    if (value === undefined) parent.splice(Number(last), 1);
    else parent[Number(last)] = value;
    return true;
  }
  if (!isObject(parent)) return false;
  if (value === undefined) delete parent[last];
  else setOwn(parent, last, value);
  return true;
}
