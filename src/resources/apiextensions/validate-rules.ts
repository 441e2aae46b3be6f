import { celLimits, estimateCost, schemaSizes } from "../../cel/kubernetes/index.ts";
import { forbiddenField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { stringIn } from "../../object/read.ts";
import type { Schema } from "../../schema/schema.ts";
import { RuleCompiler, ruleSchema, rulesOf, schemaAtFieldPath } from "./rules.ts";

const REASONS = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
const MAX_DEPTH = 100;

/**
 * Faults of the rules of a schema: they say what they must and, where the schema is sound enough for `compiles`, they
 * compile and cost no more than a server can bear.
 */
export function ruleFaults(openapi: ReadonlyJsonObject, at: FieldPath, compiles: boolean): FieldError[] {
  if (!hasRules(openapi)) return [];
  const check = new RuleCheck(at, compiles);
  check.walk(ruleSchema(openapi), at, "self", 1, 0);
  return check.end();
}

/** Whether there are rules anywhere in a schema. */
export function hasRules(openapi: ReadonlyJsonObject): boolean {
  let found = false;
  JSON.stringify(openapi, (key, value: unknown) => {
    if (key === "x-kubernetes-validations") found = true;
    return value;
  });
  return found;
}

class RuleCheck {
  readonly #compiler = new RuleCompiler();
  readonly #root: FieldPath;
  readonly #compiles: boolean;
  readonly #faults: FieldError[] = [];
  #total = 0;

  constructor(root: FieldPath, compiles: boolean) {
    this.#root = root;
    this.#compiles = compiles;
  }

  /**
   * `times`: how often the part may occur in one object. False: something is wrong in it beside expressions; then those
   * of what it lies in are not looked at either, as faults that may go away with the others help nobody.
   */
  walk(schema: Schema, at: FieldPath, name: string, times: number, depth: number): boolean {
    if (depth > MAX_DEPTH) return true;
    const before = this.#faults.length;
    let sound = true;
    const inner = (part: Schema, place: FieldPath, step: string, count: number): void => {
      sound = this.walk(part, place, `${name}.${step}`, count, depth + 1) && sound;
    };
    if (schema.type === "object") {
      for (const { name: field, schema: part } of schema.fields.values()) inner(part, at.child("properties").key(field), field, times);
    } else if (schema.type === "map") inner(schema.values, at.child("additionalProperties"), "@elem", times * mostIn(schema));
    else if (schema.type === "list") inner(schema.items, at.child("items"), "@idx", times * mostIn(schema));
    const below = this.#faults.splice(before);
    const rules = rulesOf(schema).map((rule, index) => ({ rule, place: at.child("x-kubernetes-validations").index(index) }));
    const leads = rules.map(({ rule, place }) => this.#checkPlain(rule, schema, place));
    sound = sound && leads.every(Boolean);
    if (sound && this.#compiles) {
      for (const { rule, place } of rules) if (isStated(rule)) this.#checkExpressions(rule, schema, place, name, times);
    }
    this.#faults.push(...below);
    return sound;
  }

  end(): FieldError[] {
    if (this.#total > celLimits.staticDefinition) {
      const detail = `x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of ${factor(this.#total, celLimits.staticDefinition)} (try simplifying the rule(s), or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
      this.#faults.push(forbiddenField(this.#root, detail));
    }
    return this.#faults;
  }

  /** What is asked of a rule beside its expressions. False: its path leads nowhere. */
  #checkPlain(rule: ReadonlyJsonObject, schema: Schema, at: FieldPath): boolean {
    const faults = this.#faults;
    const text = stringIn(rule, "rule");
    if (!isStated(rule)) {
      faults.push(requiredField(at.child("rule"), "rule is not specified"));
      return true;
    }
    const message = getOwn(rule, "message");
    if (typeof message === "string" && message !== "") {
      if (message.trim() === "") faults.push(invalidField(at.child("message"), message, "must be non-empty if specified"));
      else if (message.trim().includes("\n"))
        faults.push(invalidField(at.child("message"), message, "message must not contain line breaks"));
    }
    if (text.includes("\n") && !message) {
      faults.push(requiredField(at.child("message"), "message must be specified if rule contains line breaks"));
    }
    const reason = getOwn(rule, "reason");
    if (typeof reason === "string" && !REASONS.includes(reason)) faults.push(notSupportedField(at.child("reason"), reason, REASONS));
    const path = stringIn(rule, "fieldPath");
    // A schema of an unknown type has no members here; the type is at fault, not the path.
    if (path === "" || schema.type === "any" || schemaAtFieldPath(schema, path) !== undefined) return true;
    faults.push(invalidField(at.child("fieldPath"), path, "must be a valid path"));
    return false;
  }

  #checkExpressions(rule: ReadonlyJsonObject, schema: Schema, at: FieldPath, name: string, times: number): void {
    const faults = this.#faults;
    const { type } = this.#compiler.declare(name, schema);
    const compiled = this.#compiler.rule(rule, type);
    if (compiled.fault !== undefined) faults.push(invalidField(at.child("rule"), shownRule(rule), compiled.fault));
    else {
      const { max } = estimateCost(
        compiled.checked,
        schemaSizes(
          new Map([
            ["self", schema],
            ["oldSelf", schema],
          ]),
        ),
      );
      const cost = max * times;
      this.#total += cost;
      if (cost > celLimits.staticRule) {
        const detail = `estimated rule cost exceeds budget by factor of ${factor(cost, celLimits.staticRule)} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
        faults.push(forbiddenField(at.child("rule"), detail));
      }
    }
    const usesOld = compiled.fault === undefined ? compiled.program.variables.includes("oldSelf") : false;
    if (typeof getOwn(rule, "optionalOldSelf") === "boolean" && !usesOld) {
      const detail = "may not be set if oldSelf is not used in rule";
      faults.push(invalidField(at.child("optionalOldSelf"), getOwn(rule, "optionalOldSelf"), detail));
    }
    const message = this.#compiler.message(rule, type);
    if (message?.fault !== undefined) {
      faults.push(invalidField(at.child("messageExpression"), shownRule(rule), message.fault));
    }
  }
}

function isStated(rule: ReadonlyJsonObject): boolean {
  return stringIn(rule, "rule").trim() !== "";
}

/** A rule as messages show it: with the original's names of its fields. */
function shownRule(rule: ReadonlyJsonObject): ReadonlyJsonObject {
  return {
    Rule: stringIn(rule, "rule"),
    Message: stringIn(rule, "message"),
    MessageExpression: stringIn(rule, "messageExpression"),
    Reason: getOwn(rule, "reason") ?? null,
    FieldPath: stringIn(rule, "fieldPath"),
    OptionalOldSelf: getOwn(rule, "optionalOldSelf") ?? null,
  };
}

/** The most elements that a list or map can have in one request. */
function mostIn(schema: Schema): number {
  return schemaSizes(new Map([["self", schema]]))(["self"])?.max ?? celLimits.requestBytes;
}

function factor(cost: number, limit: number): string {
  const times = cost / limit;
  return times > 100 ? "more than 100x" : `${times.toFixed(1)}x`;
}
