import { celLimits, estimateCost, mostOccurrences, schemaSizes, type CheckedExpression } from "../../cel/kubernetes/index.ts";
import { forbiddenField, invalidField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { firstIndex } from "../../object/first-index.ts";
import { getOwn, isObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { stringIn } from "../../object/read.ts";
import type { Schema } from "../../schema/schema.ts";
import { shownAs } from "../pod-spec/shown.ts";
import { hasRules, RuleCompiler, ruleSchema, rulesOf } from "./rules.ts";
import { ruleShown } from "./shown-definition.ts";

const MAX_DEPTH = 100;

/**
 * Faults of the expressions of a schema's rules: they compile, and cost no more than a server can bear. `found` are the
 * faults of the schema itself; rules of what is at fault, and of what it lies in, are not looked at.
 */
export function ruleFaults(openapi: ReadonlyJsonObject, at: FieldPath, found: readonly FieldError[]): FieldError[] {
  if (!hasRules(openapi)) return [];
  const check = new RuleCheck(at, found);
  check.walk(ruleSchema(openapi), { at, name: "self", times: 1, uncorrelatable: undefined }, 0);
  return check.end();
}

/** A part of a schema. */
interface Part {
  readonly at: FieldPath;
  /** Tells it from the other parts. */
  readonly name: string;
  /** How often it may occur in one object; undefined where nothing bounds that. */
  readonly times: number | undefined;
  /** The outermost list or object around it whose parts have no past: items that cannot be told apart, what is replaced as a whole. */
  readonly uncorrelatable: FieldPath | undefined;
}

/** How many of the dearest expressions are told of, and which share of the budget makes one dear. */
const MOST_TOLD = 4;
const DEAR = celLimits.staticDefinition / 100;

class RuleCheck {
  readonly #compiler = new RuleCompiler();
  readonly #root: FieldPath;
  /** Where the schema is at fault, in order. */
  readonly #found: readonly string[];
  readonly #faults: FieldError[] = [];
  readonly #dearest: { readonly at: FieldPath; readonly cost: number }[] = [];
  #total = 0;

  constructor(root: FieldPath, found: readonly FieldError[]) {
    this.#root = root;
    this.#found = found.map(({ field }) => field).sort();
  }

  walk(schema: Schema, part: Part, depth: number): void {
    if (depth > MAX_DEPTH) return;
    const { at, name, times } = part;
    const inner = (child: Schema, place: FieldPath, step: string, more: Partial<Part> = {}): void =>
      this.walk(child, { ...part, at: place, name: `${name}.${step}`, ...more }, depth + 1);
    if (schema.type === "object") {
      const more = schema.atomic === true ? { uncorrelatable: part.uncorrelatable ?? at } : {};
      for (const { name: field, schema: child } of schema.fields.values()) inner(child, at.child("properties").key(field), field, more);
    } else if (schema.type === "map") {
      inner(schema.values, at.child("additionalProperties"), "@elem", { times: multiplied(times, boundOf(schema, "maxProperties")) });
    } else if (schema.type === "list") {
      const uncorrelatable = part.uncorrelatable ?? (schema.listType === "map" ? undefined : at);
      inner(schema.items, at.child("items"), "@idx", { times: multiplied(times, boundOf(schema, "maxItems")), uncorrelatable });
    }
    const rules = rulesOf(schema);
    if (rules.length === 0 || this.#isAtFault(at)) return;
    rules.forEach((rule, index) => this.#checkRule(rule, schema, at.child("x-kubernetes-validations").index(index), part));
  }

  end(): FieldError[] {
    if (this.#total > celLimits.staticDefinition) {
      for (const { at } of this.#dearest) {
        const detail = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
        this.#faults.push(forbiddenField(at, detail));
      }
      const what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
      this.#faults.push(forbiddenField(this.#root, tooDear(what, this.#total, celLimits.staticDefinition)));
    }
    return this.#faults;
  }

  #isAtFault(at: FieldPath): boolean {
    if (this.#found.length === 0) return false;
    const place = String(at);
    return this.#isFound(place, true) || this.#isFound(`${place}.`, false) || this.#isFound(`${place}[`, false);
  }

  /** Whether something is at fault at a place, or where paths start so. */
  #isFound(start: string, exact: boolean): boolean {
    const first = this.#found[firstIndex(0, this.#found.length, (index) => (this.#found[index] as string) >= start)];
    return first !== undefined && (exact ? first === start : first.startsWith(start));
  }

  #checkRule(rule: ReadonlyJsonObject, schema: Schema, at: FieldPath, part: Part): void {
    const faults = this.#faults;
    const { type } = this.#compiler.declare(part.name, schema);
    const compiled = this.#compiler.rule(rule, type);
    if (compiled.fault !== undefined) faults.push(invalidField(at.child("rule"), shownAs(rule, ruleShown), compiled.fault));
    else {
      const times = part.times ?? mostOccurrences(schema);
      this.#checkCost(costOf(compiled.checked, schema) * times, "estimated rule cost", at.child("rule"));
    }
    const message = this.#compiler.message(rule, type);
    if (message?.fault !== undefined) faults.push(invalidField(at.child("messageExpression"), shownAs(rule, ruleShown), message.fault));
    else if (message !== undefined) {
      this.#checkCost(costOf(message.checked, schema), "estimated messageExpression cost", at.child("messageExpression"));
    }
    const usesOld = compiled.fault === undefined && compiled.program.variables.includes("oldSelf");
    const optionalOld = getOwn(rule, "optionalOldSelf");
    if (usesOld && part.uncorrelatable !== undefined) {
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${part.uncorrelatable}`;
      faults.push(invalidField(at.child("rule"), stringIn(rule, "rule"), detail));
    } else if (!usesOld && typeof optionalOld === "boolean") {
      faults.push(invalidField(at.child("optionalOldSelf"), optionalOld, "may not be set if oldSelf is not used in rule"));
    }
  }

  #checkCost(cost: number, what: string, at: FieldPath): void {
    this.#total += cost;
    if (cost > celLimits.staticRule) this.#faults.push(forbiddenField(at, tooDear(what, cost, celLimits.staticRule)));
    if (cost < DEAR) return;
    this.#dearest.push({ at, cost });
    this.#dearest.sort((a, b) => b.cost - a.cost);
    this.#dearest.splice(MOST_TOLD);
  }
}

function costOf(checked: CheckedExpression, schema: Schema): number {
  const sizes = schemaSizes(
    new Map([
      ["self", schema],
      ["oldSelf", schema],
    ]),
  );
  return estimateCost(checked, sizes).max;
}

function multiplied(times: number | undefined, bound: number | undefined): number | undefined {
  return times === undefined || bound === undefined ? undefined : times * bound;
}

/** A declared bound; undefined where there is none. */
function boundOf({ validations }: Schema, name: string): number | undefined {
  const value = isObject(validations) ? getOwn(validations, name) : undefined;
  return typeof value === "number" ? Math.max(0, value) : undefined;
}

/** Says how far beyond a limit a cost is; a factor near one is told exactly. */
function tooDear(what: string, cost: number, limit: number): string {
  const times = cost / limit;
  const factor = times > 100 ? "more than 100x" : `${times.toFixed(times < 1.5 ? 6 : 1)}x`;
  return `${what} exceeds budget by factor of ${factor} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}
