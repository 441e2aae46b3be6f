/**
 * A unified diff of two texts by lines, three lines of context, without file names: the form in which the original shows
 * what an update changed. Matching blocks are found as Python's difflib does (Ratcliff and Obershelp's gestalt pattern
 * matching), since texts are compared. Undefined for texts too long to compare in time.
 */
export function unifiedDiff(a: string, b: string): string | undefined {
  const from = splitLines(a);
  const to = splitLines(b);
  if (from.length + to.length > maxLines) return undefined;
  const hunks = groups(opcodes(from, to));
  return hunks.map((hunk) => hunkText(hunk, from, to)).join("");
}

const maxLines = 6000;
const context = 3;

/** Lines that stand in more than one of a hundred places say little where there are many: they start no match. */
const popularFrom = 200;

type Tag = "equal" | "replace" | "delete" | "insert";
interface Opcode {
  readonly tag: Tag;
  readonly a: readonly [from: number, to: number];
  readonly b: readonly [from: number, to: number];
}
interface Match {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

function splitLines(text: string): string[] {
  const lines = text.split("\n");
  return lines.map((line) => `${line}\n`);
}

function opcodes(a: readonly string[], b: readonly string[]): Opcode[] {
  const codes: Opcode[] = [];
  let i = 0;
  let j = 0;
  for (const match of [...matchingBlocks(a, b), { a: a.length, b: b.length, size: 0 }]) {
    const tag = i < match.a ? (j < match.b ? "replace" : "delete") : j < match.b ? "insert" : undefined;
    if (tag !== undefined) codes.push({ tag, a: [i, match.a], b: [j, match.b] });
    i = match.a + match.size;
    j = match.b + match.size;
    if (match.size > 0) codes.push({ tag: "equal", a: [match.a, i], b: [match.b, j] });
  }
  return codes;
}

/** Blocks of lines that both texts have, in order, neighbours joined. */
function matchingBlocks(a: readonly string[], b: readonly string[]): Match[] {
  const places = placesOf(b);
  const found: Match[] = [];
  const open: (readonly [number, number, number, number])[] = [[0, a.length, 0, b.length]];
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    const [aFrom, aTo, bFrom, bTo] = range;
    const match = longestMatch(a, b, places, range);
    if (match.size === 0) continue;
    found.push(match);
    if (aFrom < match.a && bFrom < match.b) open.push([aFrom, match.a, bFrom, match.b]);
    const aEnd = match.a + match.size;
    const bEnd = match.b + match.size;
    if (aEnd < aTo && bEnd < bTo) open.push([aEnd, aTo, bEnd, bTo]);
  }
  found.sort((x, y) => x.a - y.a || x.b - y.b);
  const joined: Match[] = [];
  for (const match of found) {
    const last = joined.at(-1);
    if (last !== undefined && last.a + last.size === match.a && last.b + last.size === match.b) {
      joined[joined.length - 1] = { a: last.a, b: last.b, size: last.size + match.size };
    } else {
      joined.push(match);
    }
  }
  return joined;
}

function placesOf(b: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  b.forEach((line, j) => {
    const list = places.get(line);
    if (list === undefined) places.set(line, [j]);
    else list.push(j);
  });
  if (b.length >= popularFrom) {
    const limit = Math.floor(b.length / 100) + 1;
    for (const [line, list] of places) if (list.length > limit) places.delete(line);
  }
  return places;
}

function longestMatch(
  a: readonly string[],
  b: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  [aFrom, aTo, bFrom, bTo]: readonly [number, number, number, number],
): Match {
  let best: Match = { a: aFrom, b: bFrom, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = aFrom; i < aTo; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i] ?? "") ?? []) {
      if (j < bFrom) continue;
      if (j >= bTo) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    lengths = next;
  }
  let { a: i, b: j, size } = best;
  while (i > aFrom && j > bFrom && a[i - 1] === b[j - 1]) {
    i--;
    j--;
    size++;
  }
  while (i + size < aTo && j + size < bTo && a[i + size] === b[j + size]) size++;
  return { a: i, b: j, size };
}

/** Changes with the context around them, those that are near each other together. */
function groups(codes: readonly Opcode[]): Opcode[][] {
  const trimmed = [...codes];
  const first = trimmed[0];
  if (first?.tag === "equal") trimmed[0] = tail(first, context);
  const last = trimmed.at(-1);
  if (last?.tag === "equal") trimmed[trimmed.length - 1] = head(last, context);
  const hunks: Opcode[][] = [];
  let hunk: Opcode[] = [];
  for (const code of trimmed) {
    if (code.tag === "equal" && code.a[1] - code.a[0] > 2 * context) {
      hunk.push(head(code, context));
      hunks.push(hunk);
      hunk = [tail(code, context)];
    } else {
      hunk.push(code);
    }
  }
  hunks.push(hunk);
  return hunks.filter((one) => one.some((code) => code.tag !== "equal"));
}

function head(code: Opcode, lines: number): Opcode {
  return {
    tag: code.tag,
    a: [code.a[0], Math.min(code.a[1], code.a[0] + lines)],
    b: [code.b[0], Math.min(code.b[1], code.b[0] + lines)],
  };
}

function tail(code: Opcode, lines: number): Opcode {
  return {
    tag: code.tag,
    a: [Math.max(code.a[0], code.a[1] - lines), code.a[1]],
    b: [Math.max(code.b[0], code.b[1] - lines), code.b[1]],
  };
}

function hunkText(hunk: readonly Opcode[], a: readonly string[], b: readonly string[]): string {
  const first = hunk[0];
  const last = hunk.at(-1);
  if (first === undefined || last === undefined) return "";
  const header = `@@ -${rangeText(first.a[0], last.a[1])} +${rangeText(first.b[0], last.b[1])} @@\n`;
  const lines = hunk.flatMap(({ tag, a: [aFrom, aTo], b: [bFrom, bTo] }) => {
    if (tag === "equal") return a.slice(aFrom, aTo).map((line) => ` ${line}`);
    return [...a.slice(aFrom, aTo).map((line) => `-${line}`), ...b.slice(bFrom, bTo).map((line) => `+${line}`)];
  });
  return header + lines.join("");
}

function rangeText(from: number, to: number): string {
  const length = to - from;
  if (length === 1) return String(from + 1);
  return `${length === 0 ? from : from + 1},${length}`;
}
