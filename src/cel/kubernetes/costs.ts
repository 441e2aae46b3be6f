import { operator } from "../ast.ts";
import { matching, price, traversal } from "../cost.ts";
import type { CallEstimate, CostRange, FunctionCost, SizeRange, SizedNode } from "../declaration.ts";
import { add, anySize, fixed, multiply, scale } from "../range.ts";
import { costSize } from "../size.ts";
import { List, isMap, isOpaque } from "../value.ts";
import type { Value } from "../value.ts";
import { formatKind } from "./format.ts";
import { celLimits, maxFormatName, maxFormatPattern } from "./limits.ts";
import { urlKind } from "./url.ts";

/** What Kubernetes' functions cost. A price here decides which rules a cluster accepts: it never changes. */

const sizeOf = (args: readonly Value[], index: number): number => (args[index] === undefined ? 0 : costSize(args[index] as Value));
const rangeOf = (args: readonly SizedNode[], index: number): SizeRange => args[index]?.size ?? anySize;

function flat(cost: number): FunctionCost {
  return { actual: () => cost, estimate: () => ({ cost: fixed(cost) }) };
}

/** The first argument's characters are looked at, `times` over. */
function traverse(times: number, result?: (size: SizeRange) => SizeRange): FunctionCost {
  return {
    actual: (args) => traversal(sizeOf(args, 0), times),
    estimate: (args) => {
      const cost = scale(rangeOf(args, 0), times * price.character);
      return result === undefined ? { cost } : { cost, resultSize: result(rangeOf(args, 0)) };
    },
  };
}

const same = (size: SizeRange): SizeRange => size;

/** Each element is looked at once; before running, texts are priced by their characters too. Of a text, its characters. */
const eachElement: FunctionCost = {
  actual: ([list]) => (list === undefined ? 0 : treeCost(list, maxDepth)),
  estimate: ([list]) => {
    if (list === undefined) return undefined;
    const { element } = list;
    if (element === undefined) return { cost: scale(list.size, price.character) };
    const texts = element.type.kind === "string" || element.type.kind === "bytes";
    const each = texts ? add(fixed(1), scale(declaredSize(element), price.character)) : fixed(1);
    return { cost: multiply(list.size, each) };
  },
};

/** Deeper than any value gets that a request brings. */
const maxDepth = 200;

/** What a value costs that is looked at in all its parts: texts by their bytes, rounded down, all else one. */
function treeCost(value: Value, depth: number): number {
  if (typeof value === "string") return Math.floor(Buffer.byteLength(value) * price.character);
  if (value instanceof Uint8Array) return Math.floor(value.length * price.character);
  if (depth === 0 || typeof value !== "object" || value === null) return 1;
  if (value instanceof List) return value.values().reduce<number>((sum, each) => sum + treeCost(each, depth - 1), 0);
  if (!isMap(value)) return 1;
  return value.keys().reduce<number>((sum, key) => sum + treeCost(key, 1) + treeCost(value.find(key) ?? null, depth - 1), 0);
}

/** Of elements only what is declared of them counts, not what is known of the list that an expression makes. */
function declaredSize(element: SizedNode): SizeRange {
  return element.declared ?? anySize;
}

const splitCost: FunctionCost = {
  actual: (args) => traversal(sizeOf(args, 0), 2),
  estimate: (args) => {
    const size = rangeOf(args, 0);
    const limit = args[2]?.literal;
    const max = typeof limit === "number" && limit >= 0 ? limit : size.max;
    return { cost: scale(size, 2 * price.character), resultSize: { min: 0, max } };
  },
};

const joinCost: FunctionCost = {
  actualOfResult: (result) => traversal(costSize(result), 2),
  estimate: (args) => {
    const list = args[0];
    if (list === undefined) return undefined;
    let size: SizeRange = list.element === undefined ? fixed(0) : multiply(list.size, declaredSize(list.element));
    if (args.length > 1) {
      const separators = { min: Math.max(list.size.min - 1, 0), max: Math.max(list.size.max - 1, 0) };
      size = add(size, multiply(rangeOf(args, 1), separators));
    }
    return { cost: scale(size, price.character), resultSize: size };
  },
};

/** How long a text can be after a replacement: as often as it can be made, with the longest and the shortest. */
function replacedSize(text: SizeRange, part: SizeRange, by: SizeRange): SizeRange {
  const side = (size: number, partSize: number, keeps: boolean): { readonly count: number; readonly kept: number } => {
    if (partSize === 0) return { count: size + 1, kept: size };
    if (keeps) return { count: 0, kept: size };
    return { count: Math.ceil(size / partSize), kept: 0 };
  };
  const most = side(text.max, part.min, by.max <= part.min);
  const least = side(text.min, part.max, part.max <= by.min);
  return add(multiply({ min: least.count, max: most.count }, by), { min: least.kept, max: most.kept });
}

const replaceCost: FunctionCost = {
  actual: (args) => traversal(sizeOf(args, 0), 2),
  estimate: (args) => ({
    cost: scale(rangeOf(args, 0), 2 * price.character),
    resultSize: replacedSize(rangeOf(args, 0), rangeOf(args, 1), rangeOf(args, 2)),
  }),
};

const findCost: FunctionCost = {
  actual: (args) => matching(sizeOf(args, 0), sizeOf(args, 1)),
  estimate: (args) => ({
    cost: multiply(scale(add(rangeOf(args, 0), fixed(1)), price.character), scale(rangeOf(args, 1), price.pattern)),
    resultSize: rangeOf(args, 0),
  }),
};

const addressBytes = { min: 4, max: 16 };

/** The range's own bytes are compared with as many; one given as text is read first. A range is masked before. */
function containsCost(masks: boolean): FunctionCost {
  const mask = (size: SizeRange): SizeRange => (masks ? add(scale(size, price.character), fixed(1)) : fixed(0));
  return {
    actual: (args) => {
      const size = sizeOf(args, 0);
      return traversal(size, 2) + mask(fixed(size)).max + (typeof args[1] === "string" ? traversal(sizeOf(args, 1)) : 0);
    },
    estimate: (args): CallEstimate => {
      const compared = add(scale(add(addressBytes, addressBytes), price.character), mask(addressBytes));
      const read = args[1]?.type.kind === "string" ? scale(args[1].size, price.character) : fixed(0);
      return { cost: add(compared, read) };
    },
  };
}

/** Values of our own types are compared at once, whatever is in them; before running, two are told by their texts. */
const equalityCost: FunctionCost = {
  actual: ([value]) => (value !== undefined && isOpaque(value) ? price.call : undefined),
  estimate: ([left, right]) => {
    if (left?.type.kind !== "opaque" || left.type.name !== right?.type.name || left.type.name === "optional_type") return undefined;
    const { name } = left.type;
    const max = name === formatKind.type.name ? maxFormatName : name === urlKind.type.name ? right.size.max : 1;
    return { cost: scale({ min: 1, max }, price.character) };
  },
};

/** A selector is a list of requirements, each a struct with a list of values; the shortest takes two characters. */
const selectorCost = (size: SizeRange): CostRange =>
  add(add(fixed(price.list), scale(size, price.character)), scale(scale(size, 0.5), price.list + price.struct));

const validateCost: FunctionCost = {
  actual: (args) => {
    const [format] = args;
    const pattern = format !== undefined && isOpaque(format) ? formatKind.unwrap(format).patternSize : maxFormatPattern;
    return matching(sizeOf(args, 1), pattern);
  },
  estimate: (args) => ({
    cost: scale(scale(rangeOf(args, 1), price.character), maxFormatPattern * price.pattern),
  }),
};

const ipCost: FunctionCost = {
  actual: (args, overload) => (overload === "cidr_ip" ? 1 : traversal(sizeOf(args, 0))),
  estimate: (args, overload) => ({ cost: overload === "cidr_ip" ? fixed(1) : scale(rangeOf(args, 0), price.character) }),
};

function named(names: string, cost: FunctionCost): readonly (readonly [string, FunctionCost])[] {
  return names.split(" ").map((name) => [name, cost] as const);
}

/** By function name. */
export const kubernetesCosts: ReadonlyMap<string, FunctionCost> = new Map([
  ...named("check", flat(celLimits.authorizationCheck)),
  ...named("serviceAccount path group resource subresource namespace name allowed reason error errored", flat(1)),
  ...named("fieldSelector labelSelector", {
    actual: (args) => selectorCost(fixed(sizeOf(args, 1))).max,
    estimate: (args) => ({ cost: selectorCost(rangeOf(args, 1)) }),
  }),
  ...named(operator.equals, equalityCost),
  ...named("isSorted sum max min indexOf lastIndexOf", eachElement),
  ...named("url lowerAscii upperAscii substring trim", traverse(1, same)),
  ...named(
    "jsonpatch.escapeKey",
    traverse(1, ({ min, max }) => ({ min, max: max * 2 })),
  ),
  ...named("cidr isIP isCIDR isURL quantity isQuantity semver isSemver", traverse(1)),
  ...named("ip", ipCost),
  ...named("ip.isCanonical", traverse(2)),
  ...named("split", splitCost),
  ...named("join", joinCost),
  ...named("replace", replaceCost),
  ...named("find findAll", findCost),
  ...named("containsIP", containsCost(false)),
  ...named("containsCIDR", containsCost(true)),
  ...named("validate", validateCost),
  ...named("masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast", flat(1)),
  ...named(
    "format.named sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch",
    flat(1),
  ),
  ...named("getScheme getHostname getHost getPort getEscapedPath getQuery", flat(1)),
]);
