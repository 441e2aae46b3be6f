import { quoteText } from "../../object/quote.ts";

type Interval = readonly [first: number, last: number];

/** Completion indexes as text, `1,3-5,7`: how many there are, and what is wrong, if something is. */
interface Indexes {
  readonly total: number;
  readonly error?: string;
}

/** Reads indexes below `completions`, in increasing order. */
export function parseIndexes(text: string, completions: number): Indexes {
  if (text === "") return { total: 0 };
  let total = 0;
  let previous: number | undefined;
  for (const part of text.split(",")) {
    const interval = parseInterval(part, completions);
    if (typeof interval === "string") return { total: 0, error: interval };
    const [first, last] = interval;
    if (previous !== undefined && previous >= first) {
      return { total: 0, error: `non-increasing order, previous: ${previous}, current: ${first}` };
    }
    previous = last;
    total += last - first + 1;
  }
  return { total };
}

/** The lowest index that stands in both texts, if one does; parts that cannot be read are passed by. */
export function commonIndex(a: string, b: string, completions: number): number | undefined {
  const ofA = readable(a, completions);
  const ofB = readable(b, completions);
  let i = 0;
  let j = 0;
  for (;;) {
    const left = ofA[i];
    const right = ofB[j];
    if (left === undefined || right === undefined) return undefined;
    if (left[0] <= right[1] && right[0] <= left[1]) return Math.max(left[0], right[0]);
    if (left[0] <= right[0]) i++;
    else j++;
  }
}

function readable(text: string, completions: number): Interval[] {
  const intervals = text.split(",").map((part) => parseInterval(part, completions));
  return intervals.filter((interval) => typeof interval !== "string");
}

function parseInterval(text: string, completions: number): Interval | string {
  const limits = text.split("-");
  if (limits.length > 2) {
    return `the fragment ${quoteText(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  const read: number[] = [];
  for (const limit of limits) {
    if (!/^[+-]?\d{1,18}$/.test(limit)) return `cannot convert string to integer for index: ${quoteText(limit)}`;
    const index = Number(limit);
    if (index >= completions) return `too large index: ${quoteText(limit)}`;
    read.push(index);
  }
  const [first = 0, last] = read;
  if (last === undefined) return [first, first];
  return first >= last ? `non-increasing order, previous: ${first}, current: ${last}` : [first, last];
}
