import {
  budgetExceeded,
  celLimits,
  CostBudget,
  costExceeded,
  Optional,
  type Program,
  type Reader,
  type Value,
} from "../../cel/kubernetes/index.ts";
import { duplicateField, forbiddenField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { encodeJson } from "../../object/go-json.ts";
import { equalJson, getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { quoteText } from "../../object/quote.ts";
import { stringIn } from "../../object/read.ts";
import { hasRules, RuleCompiler, ruleSchema, rulesOf, schemaAtFieldPath } from "./rules.ts";
import type { Schema } from "../../schema/schema.ts";

/** One rule, ready to run. */
interface Rule {
  readonly text: string;
  readonly message: string;
  readonly program: Program;
  readonly messageProgram: Program | undefined;
  /** The expression that the program is made from. */
  readonly messageText: string;
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

  /**
   * The faults that the rules find, after those that the schema found already. `old`: the object before the change. What
   * was wrong before and has not changed does not block an update (KEP-4008): it is added to `unchanged`, to be told.
   */
  validate(object: KubeObject, old: KubeObject | undefined, found: readonly FieldError[], unchanged: FieldError[] = []): FieldError[] {
    if (found.some(({ type }) => BLOCKING.has(type))) {
      const detail =
        "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
      return [invalidField("<nil>", null, detail)];
    }
    return this.#faults(object, old, "", [], unchanged);
  }

  /** The faults of a default of the schema, which lies at `path`: it is its own past. */
  defaultFaults(value: ReadonlyJson, path: string): FieldError[] {
    const faults: FieldError[] = [];
    return this.#faults(value, value, path, faults, faults);
  }

  #faults(value: ReadonlyJson, old: ReadonlyJson | undefined, path: string, faults: FieldError[], unchanged: FieldError[]): FieldError[] {
    run(this.#root, { value, old, unchanged: false, path }, { budget: new CostBudget(), faults, unchanged });
    return faults;
  }
}

/** What becomes of an object while its rules are run. */
interface Judgement {
  readonly budget: CostBudget;
  readonly faults: FieldError[];
  /** Faults of what has not changed. */
  readonly unchanged: FieldError[];
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
      messageText: stringIn(raw, "messageExpression"),
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

/** A part of an object: what it is now and was before, where that can be told, else whether what it lies in is unchanged. */
interface Part {
  readonly value: ReadonlyJson;
  readonly old: ReadonlyJson | undefined;
  readonly unchanged: boolean;
  readonly path: string;
}

/** False: no more rules are to be run. */
function run(node: Node, part: Part, judgement: Judgement): boolean {
  const { value, old, path } = part;
  if (value === null) return true;
  const unchanged = old === undefined ? part.unchanged : equalJson(value, old);
  let self: Value | undefined;
  let before: Value | undefined;
  for (const rule of node.rules) {
    if ("broken" in rule) {
      judgement.faults.push(invalidField(placeOf(path), schemaType(value), rule.broken));
      continue;
    }
    if (rule.usesOld && !rule.optionalOld && old === undefined) continue;
    self ??= node.read(value);
    if (rule.usesOld && old !== undefined) before ??= node.read(old);
    const oldSelf = rule.optionalOld ? new Optional(before) : before;
    if (!check(rule, { value, self, oldSelf, unchanged, path }, judgement)) return false;
  }
  const inner = (to: Node, step: string, item: ReadonlyJson, oldItem: ReadonlyJson | undefined): boolean =>
    run(to, { value: item, old: oldItem, unchanged, path: `${path}${step}` }, judgement);
  if (Array.isArray(value)) {
    const items = node.inner;
    if (items === undefined) return true;
    const oldOf = oldItems(node.schema, old);
    return (value as readonly ReadonlyJson[]).every((item, index) => inner(items, `[${index}]`, item, oldOf(item)));
  }
  if (!isObject(value)) return true;
  // Members of what is replaced as a whole have no past of their own.
  const oldObject = isObject(old) && !isAtomic(node.schema) ? old : {};
  return Object.entries(value).every(([name, member]) => {
    if (member === undefined) return true;
    const field = node.fields.get(name);
    if (field !== undefined) return inner(field, path === "" ? name : `.${name}`, member, getOwn(oldObject, name));
    return node.inner === undefined || inner(node.inner, `[${name}]`, member, getOwn(oldObject, name));
  });
}

function isAtomic(schema: Schema): boolean {
  return (schema.type === "object" || schema.type === "map") && schema.atomic === true;
}

interface Subject {
  readonly value: ReadonlyJson;
  readonly self: Value;
  readonly oldSelf: Value | undefined;
  readonly unchanged: boolean;
  readonly path: string;
}

/** False: the budget is used up, and nothing more is run. */
function check(rule: Rule, subject: Subject, { budget, faults, unchanged }: Judgement): boolean {
  const { path } = subject;
  const activation = { find: (name: string) => (name === "self" ? subject.self : name === "oldSelf" ? subject.oldSelf : undefined) };
  const { value, error } = budget.evaluate(rule.program, activation);
  const place = placeOf(path);
  const kind = schemaType(subject.value);
  if (error !== undefined) {
    const stops = budget.exhausted || error.message === costExceeded;
    // Whatever else became of the call that used up the budget: that is what is told.
    faults.push(invalidField(place, kind, budget.exhausted ? budgetExceeded : failure(error.message, ruleText(rule))));
    return !stops;
  }
  if (value === true) return true;
  const told = rule.usesOld || !subject.unchanged ? faults : unchanged;
  const { message, fault: wrong } = messageOf(rule, activation, budget);
  const field = rule.steps.length === 0 ? place : `${path}${rule.steps.join("")}`.replace(/^\./, "");
  if (wrong !== undefined) {
    told.push(invalidField(field, kind, wrong));
    return false;
  }
  const simple = isObject(subject.value) || Array.isArray(subject.value) ? undefined : subject.value;
  told.push(fault(rule.reason, field, rule.steps.length === 0 ? simple : undefined, message));
  return true;
}

/** What is told of a rule that failed to run. */
function failure(error: string, rule: string): string {
  if (error === costExceeded) return `'${error}': no further validation rules will be run due to call cost exceeds limit for rule: ${rule}`;
  if (error.startsWith("no such overload"))
    return `'${error}': call arguments did not match a supported operator, function or macro signature for rule: ${rule}`;
  return `${error} evaluating rule: ${rule}`;
}

function ruleText({ message, text }: Rule): string {
  return message === "" ? text : message;
}

function placeOf(path: string): string {
  return path === "" ? "<nil>" : path;
}

/** The value's type as messages name it. */
function schemaType(value: ReadonlyJson): string {
  return Array.isArray(value) ? "array" : isObject(value) ? "object" : typeof value;
}

/** What a rule says of its failure, or why nothing more is run: the expression for it is to be paid as well. */
function messageOf(
  rule: Rule,
  activation: { find(name: string): Value | undefined },
  budget: CostBudget,
): { readonly message: string; readonly fault?: string } {
  const byDefault = rule.message === "" ? `failed rule: ${rule.text}` : rule.message;
  if (rule.messageProgram === undefined) return { message: byDefault };
  const { value, error } = budget.evaluate(rule.messageProgram, activation);
  if (budget.exhausted) {
    const fault = "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run";
    return { message: byDefault, fault };
  }
  if (error?.message === costExceeded) {
    const text = quoteText(rule.messageText);
    const fault = `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${text}`;
    return { message: byDefault, fault };
  }
  const made = typeof value === "string" ? value.trim() : "";
  const isGood = made !== "" && !made.includes("\n") && Buffer.byteLength(made) <= celLimits.messageBytes;
  return { message: isGood ? made : byDefault };
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
  const keyOf = (item: ReadonlyJson): string => (isObject(item) ? encodeJson(keys.map((key) => getOwn(item, key) ?? null)) : "");
  const byKey = new Map((old as readonly ReadonlyJson[]).map((item) => [keyOf(item), item]));
  return (item) => byKey.get(keyOf(item));
}
