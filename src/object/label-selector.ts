import { fieldErrorsText } from "./field-error-message.ts";
import { type FieldError, invalidField, notSupportedField } from "./field-error.ts";
import { parseInt64 } from "./int64.ts";
import { lexLabelSelector, type SelectorToken } from "./label-selector-lexer.ts";
import { labelKey, labelValue } from "./names.ts";
import { quoteText } from "./quote.ts";

/** How a requirement judges a label (concepts/overview/working-with-objects/labels). */
export type LabelOperator = "=" | "==" | "!=" | "in" | "notin" | "exists" | "!" | "gt" | "lt";

/** One condition on one label; all of a selector's must hold. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** A selector: requirements ordered by key. Without any it selects everything. */
export interface LabelSelector {
  readonly requirements: readonly LabelRequirement[];
  /** Selects nothing at all: what an absent LabelSelector object means. */
  readonly nothing?: true;
}

/** A text or an object that is no selector; `message` is the text that clients know. */
export class SelectorError extends Error {}

/** Labels of an object. Keys are looked up as own members. */
export type Labels = Readonly<Record<string, string>>;

/** The LabelSelector object of the API (meta/v1). */
export interface LabelSelectorObject {
  readonly matchLabels?: Labels | undefined;
  readonly matchExpressions?: readonly LabelExpression[] | undefined;
}

/** One condition of a LabelSelector object. */
interface LabelExpression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

/** Selects every object. */
export const selectsEverything: LabelSelector = { requirements: [] };
const selectsNothing: LabelSelector = { requirements: [], nothing: true };

const expressionOperators = new Map<string, LabelOperator>([
  ["In", "in"],
  ["NotIn", "notin"],
  ["Exists", "exists"],
  ["DoesNotExist", "!"],
]);

/** The operators as messages list them. */
const knownOperators: readonly LabelOperator[] = ["in", "notin", "=", "==", "!=", "gt", "lt"];

/** Reads the text form, as in `?labelSelector=`; throws SelectorError. */
export function parseLabelSelector(text: string): LabelSelector {
  const requirements = new Parser(lexLabelSelector(text)).parse();
  return requirements.length === 0 ? selectsEverything : ordered(requirements);
}

/** Makes a selector of a LabelSelector object; absent selects nothing, empty everything. Throws SelectorError. */
export function labelSelectorFromObject(selector: LabelSelectorObject | undefined | null): LabelSelector {
  if (selector === undefined || selector === null) return selectsNothing;
  const requirements: LabelRequirement[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    requirements.push(checkedRequirement(key, "=", [value]));
  }
  for (const expression of selector.matchExpressions ?? []) {
    const operator = expressionOperators.get(expression.operator);
    if (operator === undefined) {
      throw new SelectorError(`${quoteText(expression.operator)} is not a valid label selector operator`);
    }
    requirements.push(checkedRequirement(expression.key, operator, expression.values ?? []));
  }
  return requirements.length === 0 ? selectsEverything : ordered(requirements);
}

/** Makes a selector of plain labels that must all be equal, unchecked: a Service's or a ReplicationController's. */
export function labelSelectorFromLabels(labels: Labels | undefined): LabelSelector {
  return ordered(Object.entries(labels ?? {}).map(([key, value]) => ({ key, operator: "=", values: [value] })));
}

/** Whether labels meet every requirement. */
export function matchesLabels(selector: LabelSelector, labels: Labels | undefined): boolean {
  if (selector.nothing) return false;
  return selector.requirements.every((requirement) => meets(requirement, labels));
}

/** Whether a selector selects every object. */
export function isEverything(selector: LabelSelector): boolean {
  return !selector.nothing && selector.requirements.length === 0;
}

/** The requirements that name one value for a label: what an index by label can answer. */
export function exactLabels(selector: LabelSelector): ReadonlyMap<string, string> {
  const exact = new Map<string, string>();
  for (const { key, operator, values } of selector.requirements) {
    const one = operator === "=" || operator === "==" || (operator === "in" && values.length === 1);
    if (one) exact.set(key, values[0] ?? "");
  }
  return exact;
}

const binarySigns: Readonly<Record<LabelOperator, string>> = {
  "=": "=",
  "==": "==",
  "!=": "!=",
  "in": " in ",
  "notin": " notin ",
  "gt": ">",
  "lt": "<",
  "exists": "",
  "!": "",
};

/** The canonical text: requirements by key, values in order. */
export function formatLabelSelector(selector: LabelSelector): string {
  return selector.requirements.map(formatRequirement).join(",");
}

/** What is wrong with a requirement, with the paths `key`, `values[0]`, `operator` below the prefix. */
function requirementErrors(key: string, operator: string, values: readonly string[], prefix = ""): FieldError[] {
  const at = (step: string): string => (prefix === "" ? step : `${prefix}.${step}`);
  const errors: FieldError[] = [];
  const keyFaults = labelKey(key);
  if (keyFaults.length > 0) errors.push(invalidField(at("key"), key, keyFaults.join("; ")));
  const rule = valueRules.get(operator);
  if (rule === undefined) errors.push(notSupportedField(at("operator"), operator, knownOperators));
  else if (!rule.fits(values.length)) errors.push(invalidField(at("values"), values, rule.message));
  values.forEach((value, i) => {
    if (rule?.integer === true && integerOf(value) === undefined) {
      errors.push(invalidField(at(`values[${i}]`), value, "for 'Gt', 'Lt' operators, the value must be an integer"));
    }
  });
  values.forEach((value, i) => {
    const faults = labelValue(value);
    if (faults.length > 0) errors.push(invalidField(at(`values[${i}][${key}]`), value, faults.join("; ")));
  });
  return errors;
}

interface ValueRule {
  readonly fits: (count: number) => boolean;
  readonly message: string;
  readonly integer?: true;
}

const setRule: ValueRule = {
  fits: (count) => count > 0,
  message: "for 'in', 'notin' operators, values set can't be empty",
};
const exactRule: ValueRule = {
  fits: (count) => count === 1,
  message: "exact-match compatibility requires one single value",
};
const noValueRule: ValueRule = {
  fits: (count) => count === 0,
  message: "values set must be empty for exists and does not exist",
};
const integerRule: ValueRule = {
  fits: (count) => count === 1,
  message: "for 'Gt', 'Lt' operators, exactly one value is required",
  integer: true,
};

const valueRules = new Map<string, ValueRule>([
  ["in", setRule],
  ["notin", setRule],
  ["=", exactRule],
  ["==", exactRule],
  ["!=", exactRule],
  ["exists", noValueRule],
  ["!", noValueRule],
  ["gt", integerRule],
  ["lt", integerRule],
]);

function checkedRequirement(key: string, operator: LabelOperator, values: readonly string[]): LabelRequirement {
  const errors = requirementErrors(key, operator, values);
  if (errors.length > 0) throw new SelectorError(fieldErrorsText(errors));
  return { key, operator, values };
}

function ordered(requirements: readonly LabelRequirement[]): LabelSelector {
  return { requirements: requirements.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)) };
}

function meets({ key, operator, values }: LabelRequirement, labels: Labels | undefined): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "=":
    case "==":
    case "in":
      return value !== undefined && values.includes(value);
    case "!=":
    case "notin":
      return value === undefined || !values.includes(value);
    case "exists":
      return value !== undefined;
    case "!":
      return value === undefined;
    case "gt":
    case "lt": {
      const left = value === undefined ? undefined : integerOf(value);
      const right = integerOf(values[0] ?? "");
      if (left === undefined || right === undefined) return false;
      return operator === "gt" ? left > right : left < right;
    }
  }
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  if (operator === "exists") return key;
  if (operator === "!") return `!${key}`;
  const shown = values.toSorted().join(",");
  const listed = operator === "in" || operator === "notin" ? `(${shown})` : shown;
  return `${key}${binarySigns[operator]}${listed}`;
}

/** A decimal int64, or undefined. */
function integerOf(text: string): bigint | undefined {
  const read = parseInt64(text);
  return "problem" in read ? undefined : read.value;
}

/** Reads requirements off the tokens; `in` and `notin` are words like others where a key or a value stands. */
class Parser {
  readonly #tokens: readonly SelectorToken[];
  #position = 0;

  constructor(tokens: readonly SelectorToken[]) {
    this.#tokens = tokens;
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const first = this.#peek();
      if (first.type === "end") return requirements;
      if (first.type !== "word" && first.type !== "!") {
        throw new SelectorError(`found '${first.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const next = this.#next();
      if (next.type === "end") return requirements;
      if (next.type !== ",") throw new SelectorError(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (after.type !== "word" && after.type !== "!") {
        throw new SelectorError(`found '${after.text}', expected: identifier after ','`);
      }
    }
  }

  #requirement(): LabelRequirement {
    try {
      return this.#keyAndRest();
    } catch (error) {
      if (error instanceof SelectorError) throw new SelectorError(`unable to parse requirement: ${error.message}`);
      throw error;
    }
  }

  #keyAndRest(): LabelRequirement {
    let token = this.#next();
    const absent = token.type === "!";
    if (absent) token = this.#next();
    if (token.type !== "word") throw new SelectorError(`found '${token.text}', expected: identifier`);
    const key = token.text;
    const faults = labelKey(key);
    if (faults.length > 0) {
      throw new SelectorError(fieldErrorsText([invalidField("<nil>", key, faults.join("; "))]));
    }
    if (absent) return checkedRequirement(key, "!", []);
    const next = this.#peek();
    if (next.type === "end" || next.type === ",") return checkedRequirement(key, "exists", []);
    const operator = this.#operator();
    const values = operator === "in" || operator === "notin" ? this.#set() : [this.#exactValue()];
    return checkedRequirement(key, operator, values);
  }

  #operator(): LabelOperator {
    const token = this.#tokens[this.#position++];
    const operator = token === undefined ? undefined : wordOperators.get(token.text);
    if (operator === undefined) {
      throw new SelectorError(`found '${token?.text ?? ""}', expected: ${knownOperators.join(", ")}`);
    }
    return operator;
  }

  #set(): string[] {
    const open = this.#next();
    if (open.type !== "(") throw new SelectorError(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (first.type === ")") {
      this.#next();
      return [""];
    }
    if (first.type !== "word" && first.type !== ",") {
      throw new SelectorError(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values = this.#list();
    this.#next(); // the list ends before its closing parenthesis
    return [...values].toSorted();
  }

  /** Words and commas up to `)`; a comma without a word on one side stands for an empty value. */
  #list(): ReadonlySet<string> {
    const values = new Set<string>();
    for (;;) {
      const token = this.#next();
      if (token.type === "word") {
        values.add(token.text);
        const next = this.#peek();
        if (next.type === ")") return values;
        if (next.type !== ",") throw new SelectorError(`found '${next.text}', expected: ',' or ')'`);
      } else if (token.type === ",") {
        if (values.size === 0) values.add("");
        const next = this.#peek();
        if (next.type === ")") return values.add("");
        if (next.type === ",") {
          this.#next();
          values.add("");
        }
      } else {
        throw new SelectorError(`found '${token.text}', expected: ',', or identifier`);
      }
    }
  }

  #exactValue(): string {
    const next = this.#peek();
    if (next.type === "end" || next.type === ",") return "";
    const token = this.#next();
    if (token.type !== "word") throw new SelectorError(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  #peek(): SelectorToken {
    return this.#tokens[this.#position] ?? { type: "end", text: "" };
  }

  #next(): SelectorToken {
    const token = this.#peek();
    this.#position++;
    return token;
  }
}

const wordOperators = new Map<string, LabelOperator>([
  ["in", "in"],
  ["notin", "notin"],
  ["=", "="],
  ["==", "=="],
  ["!=", "!="],
  [">", "gt"],
  ["<", "lt"],
]);
