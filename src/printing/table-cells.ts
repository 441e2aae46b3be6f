import { goJson } from "../object/go-json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import type { Column } from "../resources/definition.ts";

/** The cells of one object version, with as much written beforehand as does not depend on the time. */
export interface PreparedCells {
  /** The cells as JSON at a time, joined by commas. */
  write(now: number): string;
}

/** A cell that shows something else so much later shows an age. */
const MUCH_LATER = 3 * 365 * 24 * 3600_000;

/** A cell that still changes: by its column, over the object, or over its creationTimestamp where it needs no more. */
interface AgeingCell {
  readonly column: Column;
  readonly object: KubeObject;
}

/**
 * Evaluates every cell now and much later. What is the same is written for good; of what differs (ages) the cell is kept,
 * and the object only where its creationTimestamp alone gives something else: most rows then keep two short strings.
 */
export function prepareCells(object: KubeObject, columns: readonly Column[], now: number): PreparedCells {
  const { creationTimestamp } = object.metadata;
  const young: KubeObject = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: creationTimestamp === undefined ? {} : { creationTimestamp },
  };
  const pieces: (string | AgeingCell)[] = [];
  for (const [i, column] of columns.entries()) {
    const comma = i === 0 ? "" : ",";
    const text = cellJson(column, object, now);
    const later = cellJson(column, object, now + MUCH_LATER);
    if (text === later) {
      append(pieces, comma + text);
    } else {
      const alone = youngJson(column, young, now) === text && youngJson(column, young, now + MUCH_LATER) === later;
      append(pieces, comma);
      pieces.push({ column, object: alone ? young : object });
    }
  }
  return {
    write(at) {
      let row = "";
      for (const piece of pieces) row += typeof piece === "string" ? piece : cellJson(piece.column, piece.object, at);
      return row;
    },
  };
}

function append(pieces: (string | AgeingCell)[], text: string): void {
  const last = pieces.at(-1);
  if (typeof last === "string") pieces[pieces.length - 1] = last + text;
  else pieces.push(text);
}

function cellJson(column: Column, object: KubeObject, now: number): string {
  return goJson(column.cell(object, now));
}

/** A cell function may fail over less than a whole object: then it needs the whole one. */
function youngJson(column: Column, object: KubeObject, now: number): string | undefined {
  try {
    return cellJson(column, object, now);
  } catch {
    return undefined;
  }
}
