import { getOwn, isObject, type ReadonlyJson } from "../object/json.ts";

/** A condition on the members of a list: [?(@.type=="Ready")]. Without an operator: that there is such a member. */
interface Filter {
  readonly type: "filter";
  readonly read: (value: ReadonlyJson) => readonly ReadonlyJson[];
  readonly operator: string | undefined;
  readonly operand: ReadonlyJson | undefined;
}

/** Steps of a JSON path as definitions write them for columns and selectable fields: .spec.list[0].name, .metadata.labels['a/b']. */
type Step =
  | { readonly type: "member"; readonly name: string }
  | { readonly type: "index"; readonly index: number }
  | { readonly type: "slice"; readonly from: number; readonly to: number | undefined; readonly step: number }
  | { readonly type: "every" }
  | Filter;

/** Steps that a path may have. */
const MAX_STEPS = 100;

/** Reads a JSON path; undefined for one that is none. */
export function parseJsonPath(text: string): ((value: ReadonlyJson) => readonly ReadonlyJson[]) | undefined {
  const steps: Step[] = [];
  const pattern =
    /\.((?:\\.|[^\s.,[\]$@{}\\])+)|\[(-?\d+)\]|\[(-?\d+)?:(-?\d+)?(?::(\d+))?\]|\[\*\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[\?\(@((?:\.[A-Za-z0-9_-]+|\['[^']*'\])*)\s*(?:(==|!=|<=|>=|<|>)\s*("[^"]*"|'[^']*'|-?[0-9.]+|true|false))?\s*\)\]/y;
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null || steps.length >= MAX_STEPS) return undefined;
    const [whole, name, index, from, to, step, single, double, inner, operator, operand] = found;
    const member = name ?? single ?? double;
    if (name === "*") steps.push({ type: "every" });
    else if (member !== undefined) steps.push({ type: "member", name: member.replaceAll(/\\(.)/g, "$1") });
    else if (index !== undefined) steps.push({ type: "index", index: Number(index) });
    else if (whole === "[*]") steps.push({ type: "every" });
    else if (inner === undefined) {
      steps.push({ type: "slice", from: Number(from ?? 0), to: to === undefined ? undefined : Number(to), step: Number(step ?? 1) });
    } else {
      const read = parseJsonPath(inner);
      if (read === undefined) return undefined;
      steps.push({ type: "filter", read, operator, operand: operand === undefined ? undefined : literal(operand) });
    }
  }
  return (value) => steps.reduce<readonly ReadonlyJson[]>((found, step) => found.flatMap((one) => take(one, step)), [value]);
}

function take(value: ReadonlyJson, step: Step): readonly ReadonlyJson[] {
  switch (step.type) {
    case "member": {
      const member = isObject(value) ? getOwn(value, step.name) : undefined;
      return member === undefined ? [] : [member];
    }
    case "index": {
      if (!Array.isArray(value)) return [];
      const item = value.at(step.index) as ReadonlyJson | undefined;
      return item === undefined ? [] : [item];
    }
    case "slice":
      return Array.isArray(value) ? slice(value as readonly ReadonlyJson[], step.from, step.to, step.step) : [];
    case "filter":
      return Array.isArray(value) ? (value as readonly ReadonlyJson[]).filter((one) => holds(one, step)) : [];
    case "every":
      if (Array.isArray(value)) return value as readonly ReadonlyJson[];
      return isObject(value) ? (Object.values(value) as ReadonlyJson[]) : [];
  }
}

/** Items from a place up to another, both counted from the end where negative; none where a place lies outside the list. */
function slice(items: readonly ReadonlyJson[], from: number, to: number | undefined, step: number): readonly ReadonlyJson[] {
  const { length } = items;
  const start = from < 0 ? from + length : from;
  const end = to === undefined ? length : to < 0 ? to + length : to;
  if (start < 0 || end > length || step <= 0) return [];
  return items.slice(start, Math.max(start, end)).filter((_, i) => i % step === 0);
}

function literal(text: string): ReadonlyJson {
  if (text.startsWith("'")) return text.slice(1, -1);
  return JSON.parse(text) as ReadonlyJson;
}

function holds(value: ReadonlyJson, { read, operator, operand }: Filter): boolean {
  const [found] = read(value);
  if (operator === undefined) return found !== undefined;
  if (found === undefined || operand === undefined || typeof found !== typeof operand || found === null || operand === null) return false;
  switch (operator) {
    case "==":
      return found === operand;
    case "!=":
      return found !== operand;
    case "<":
      return found < operand;
    case "<=":
      return found <= operand;
    case ">":
      return found > operand;
    default:
      return found >= operand;
  }
}
