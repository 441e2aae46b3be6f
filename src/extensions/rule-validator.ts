import { budgetExceeded, CostBudget, Optional, type Program, type Reader, type Value } from "../cel/kubernetes/index.ts";
import { duplicateField, forbiddenField, invalidField, requiredField, type FieldError } from "../object/field-error.ts";
import { equalJson, getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { stringIn } from "../object/read.ts";
import { RuleCompiler, ruleSchema, rulesOf, schemaAtFieldPath } from "../resources/apiextensions/rules.ts";
import { hasRules } from "../resources/apiextensions/validate-rules.ts";
import type { Schema } from "../schema/schema.ts";

/** One rule, ready to run. */
interface Rule {
  readonly text: string;
  readonly message: string;
  readonly program: Program;
  readonly messageProgram: Program | undefined;
  readonly reason: string;
  /** Steps from the value to the field that is told: [".max"]. */
  readonly steps: readonly string[];
  readonly usesOld: boolean;
  readonly optionalOld: boolean;
}

/** A rule that does not compile: another version of the server stored it, or a store was edited. Every use of it fails. */
interface BrokenRule {
  readonly broken: string;
}

/** The rules at a part of the schema and below it; parts without any are left out. */
interface Node {
  readonly schema: Schema;
  readonly read: Reader;
  readonly rules: readonly (Rule | BrokenRule)[];
  readonly fields: ReadonlyMap<string, Node>;
  readonly inner: Node | undefined;
}

/** Faults after which rules are not run: what they read may not be there. */
const BLOCKING: ReadonlySet<string> = new Set(["NotSupported", "Required", "TooLong", "TooMany", "TypeInvalid"]);
const MAX_DEPTH = 100;

/** Runs the rules of a version's schema (KEP-2876) on objects. */
export class RuleValidator {
  readonly #root: Node;

  private constructor(root: Node) {
    this.#root = root;
  }

  /** Undefined: the schema has no rules. */
  static of(openapi: ReadonlyJsonObject): RuleValidator | undefined {
    if (!hasRules(openapi)) return undefined;
    const node = nodeOf(ruleSchema(openapi), "self", new RuleCompiler(), 0);
    return node === undefined ? undefined : new RuleValidator(node);
  }

  /** The faults that the rules find, after those that the schema found already. `old`: the object before the change. */
  validate(object: KubeObject, old: KubeObject | undefined, found: readonly FieldError[]): FieldError[] {
    if (found.some(({ type }) => BLOCKING.has(type))) {
      const detail =
        "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
      return [invalidField("<nil>", null, detail)];
    }
    const faults: FieldError[] = [];
    run(this.#root, object, old, "", new CostBudget(), faults);
    return faults;
  }
}

function stepsTo(schema: Schema, path: string): readonly string[] {
  const place = schemaAtFieldPath(schema, path);
  return place.fault === undefined ? place.steps : [];
}

function nodeOf(schema: Schema, name: string, compiler: RuleCompiler, depth: number): Node | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const { type, read } = compiler.declare(name, schema);
  const rules: (Rule | BrokenRule)[] = [];
  for (const raw of rulesOf(schema)) {
    const compiled = compiler.rule(raw, type);
    const text = stringIn(raw, "rule").trim();
    if (compiled.fault !== undefined) {
      if (text !== "") rules.push({ broken: `rule compile error: ${compiled.fault}` });
      continue;
    }
    const message = compiler.message(raw, type);
    rules.push({
      text,
      message: stringIn(raw, "message").trim(),
      program: compiled.program,
      messageProgram: message?.fault === undefined ? message?.program : undefined,
      reason: stringIn(raw, "reason"),
      steps: stepsTo(schema, stringIn(raw, "fieldPath")),
      usesOld: compiled.program.variables.includes("oldSelf"),
      optionalOld: getOwn(raw, "optionalOldSelf") === true,
    });
  }
  const fields = new Map<string, Node>();
  if (schema.type === "object") {
    for (const { name: field, schema: part } of schema.fields.values()) {
      const node = nodeOf(part, `${name}.${field}`, compiler, depth + 1);
      if (node !== undefined) fields.set(field, node);
    }
  }
  const part = schema.type === "map" ? schema.values : schema.type === "list" ? schema.items : undefined;
  const inner = part === undefined ? undefined : nodeOf(part, `${name}.@elem`, compiler, depth + 1);
  return rules.length === 0 && fields.size === 0 && inner === undefined ? undefined : { schema, read, rules, fields, inner };
}

function run(node: Node, value: ReadonlyJson, old: ReadonlyJson | undefined, path: string, budget: CostBudget, faults: FieldError[]): void {
  if (value === null) return;
  // What has not changed was accepted before (KEP-4008).
  const unchanged = old !== undefined && equalJson(value, old);
  let self: Value | undefined;
  let before: Value | undefined;
  for (const rule of node.rules) {
    if ("broken" in rule) {
      if (!unchanged) faults.push(invalidField(placeOf(path), schemaType(value), rule.broken));
      continue;
    }
    if (unchanged && !rule.usesOld) continue;
    if (rule.usesOld && !rule.optionalOld && old === undefined) continue;
    self ??= node.read(value);
    if (rule.usesOld && old !== undefined) before ??= node.read(old);
    const oldSelf = rule.optionalOld ? new Optional(before) : before;
    if (!check(rule, { value, self, oldSelf }, path, budget, faults)) return;
  }
  if (Array.isArray(value)) {
    const { inner } = node;
    if (inner === undefined) return;
    const before = oldItems(node.schema, old);
    for (const [index, item] of (value as readonly ReadonlyJson[]).entries())
      run(inner, item, before(item), `${path}[${index}]`, budget, faults);
    return;
  }
  if (!isObject(value)) return;
  const oldObject = isObject(old) ? old : {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const field = node.fields.get(name);
    if (field !== undefined) run(field, member, getOwn(oldObject, name), path === "" ? name : `${path}.${name}`, budget, faults);
    else if (node.inner !== undefined) run(node.inner, member, getOwn(oldObject, name), `${path}[${name}]`, budget, faults);
  }
}

interface Subject {
  readonly value: ReadonlyJson;
  readonly self: Value;
  readonly oldSelf: Value | undefined;
}

/** False: the budget is used up, and nothing more is run. */
function check(rule: Rule, subject: Subject, path: string, budget: CostBudget, faults: FieldError[]): boolean {
  const activation = { find: (name: string) => (name === "self" ? subject.self : name === "oldSelf" ? subject.oldSelf : undefined) };
  const { value, error } = budget.evaluate(rule.program, activation);
  const place = placeOf(path);
  const simple = isObject(subject.value) || Array.isArray(subject.value) ? undefined : subject.value;
  if (error !== undefined) {
    const kind = schemaType(subject.value);
    // Whatever else became of the call that used up the budget: that is what is told.
    const detail = budget.exhausted
      ? budgetExceeded
      : `${error.message} evaluating rule: ${rule.message === "" ? rule.text : rule.message}`;
    faults.push(invalidField(place, kind, detail));
    return !budget.exhausted;
  }
  if (value === true) return true;
  const detail = messageOf(rule, activation, budget);
  const field = rule.steps.length === 0 ? place : `${path}${rule.steps.join("")}`.replace(/^\./, "");
  faults.push(fault(rule.reason, field, rule.steps.length === 0 ? simple : undefined, detail));
  return true;
}

function placeOf(path: string): string {
  return path === "" ? "<nil>" : path;
}

/** The value's type as messages name it. */
function schemaType(value: ReadonlyJson): string {
  return Array.isArray(value) ? "array" : isObject(value) ? "object" : typeof value;
}

function messageOf(rule: Rule, activation: { find(name: string): Value | undefined }, budget: CostBudget): string {
  const made = rule.messageProgram === undefined ? undefined : budget.evaluate(rule.messageProgram, activation).value;
  if (typeof made === "string" && made.trim() !== "" && !made.includes("\n")) return made.trim();
  return rule.message === "" ? `failed rule: ${rule.text}` : rule.message;
}

function fault(reason: string, field: string, value: ReadonlyJson | undefined, detail: string): FieldError {
  switch (reason) {
    case "FieldValueRequired":
      return requiredField(field, detail);
    case "FieldValueForbidden":
      return forbiddenField(field, detail);
    case "FieldValueDuplicate":
      return duplicateField(field, value);
    default:
      return invalidField(field, value, detail);
  }
}

/** Which item of the old list an item is: only lists that are maps tell. */
function oldItems(schema: Schema, old: ReadonlyJson | undefined): (item: ReadonlyJson) => ReadonlyJson | undefined {
  if (schema.type !== "list" || schema.listType !== "map" || !Array.isArray(old)) return () => undefined;
  const { keys } = schema;
  const keyOf = (item: ReadonlyJson): string => (isObject(item) ? JSON.stringify(keys.map((key) => getOwn(item, key) ?? null)) : "");
  const byKey = new Map((old as readonly ReadonlyJson[]).map((item) => [keyOf(item), item]));
  return (item) => byKey.get(keyOf(item));
}
