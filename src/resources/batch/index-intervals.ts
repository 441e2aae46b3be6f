import { quoteText } from "../../object/quote.ts";

/** Completion indexes as text, `1,3-5,7`: how many there are, and what is wrong, if something is. */
interface IndexIntervals {
  readonly intervals: readonly (readonly [first: number, last: number])[];
  readonly total: number;
  readonly error?: string;
}

const none: IndexIntervals = { intervals: [], total: 0 };

/** Reads indexes below `completions`, in increasing order. */
export function parseIndexes(text: string, completions: number): IndexIntervals {
  if (text === "") return none;
  const intervals: [number, number][] = [];
  let total = 0;
  for (const part of text.split(",")) {
    const interval = parseInterval(part, completions);
    if (typeof interval === "string") return { ...none, error: interval };
    const [first, last] = interval;
    const previous = intervals.at(-1)?.[1];
    if (previous !== undefined && previous >= first) {
      return { ...none, error: `non-increasing order, previous: ${previous}, current: ${first}` };
    }
    intervals.push([first, last]);
    total += last - first + 1;
  }
  return { intervals, total };
}

/** The lowest index that stands in both, if one does. */
export function commonIndex(a: IndexIntervals, b: IndexIntervals): number | undefined {
  let i = 0;
  let j = 0;
  for (;;) {
    const left = a.intervals[i];
    const right = b.intervals[j];
    if (left === undefined || right === undefined) return undefined;
    if (left[1] < right[0]) i++;
    else if (right[1] < left[0]) j++;
    else return Math.max(left[0], right[0]);
  }
}

function parseInterval(text: string, completions: number): [number, number] | string {
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
