/** One media range of an Accept header. */
export interface AcceptClause {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Clauses that are read; nobody sends more, and each costs a comparison with every offer. */
const MAX_CLAUSES = 64;

/**
 * Reads an Accept header: what cannot be read is passed over; the best comes first, by quality, then by how exact it is,
 * then in the client's order.
 */
export function parseAccept(header: string): AcceptClause[] {
  const clauses: AcceptClause[] = [];
  for (const text of header.split(",", MAX_CLAUSES)) {
    const [range, ...rest] = text.split(";") as [string, ...string[]];
    const [type, subtype, more] = range.split("/");
    if (type === undefined || more !== undefined) continue;
    const name = type.trim();
    if (subtype === undefined && name !== "*") continue;
    const parameters = new Map<string, string>();
    let quality = 1;
    for (const parameter of rest) {
      const parts = parameter.split("=");
      if (parts.length !== 2) continue;
      const [key, value] = [(parts[0] as string).trim(), (parts[1] as string).trim()];
      if (key === "q") quality = Number(value) || 0;
      else parameters.set(key, value);
    }
    clauses.push({ type: name, subtype: subtype?.trim() ?? "*", quality, parameters });
  }
  return clauses.sort((a, b) => b.quality - a.quality || wildcards(a) - wildcards(b));
}

function wildcards(clause: AcceptClause): number {
  return clause.type === "*" ? 2 : clause.subtype === "*" ? 1 : 0;
}
