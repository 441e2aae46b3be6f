/** What a step into a schema leads to: a member that has a name of its own, or any entry of a map. */
export interface SchemaStep<S> {
  readonly schema: S;
  readonly named: boolean;
}

/** Where a path leads: the schema there and its steps as paths show them (`.spec`, `[key]`), or what is wrong with it. */
export type SchemaPlace<S> =
  | { readonly schema: S; readonly steps: readonly string[]; readonly fault?: undefined }
  | { readonly fault: string };

const NOWHERE = "does not refer to a valid field";
const CUT_SHORT = "unexpected end of JSON path";

/**
 * Follows a path of members (`.spec.replicas`, and with `brackets` `.labels['a.b']`) down a schema, as rules and
 * selectable fields say them. `into` takes one step, undefined where there is nothing of that name.
 */
export function followPath<S>(
  root: S,
  path: string,
  into: (schema: S, name: string) => SchemaStep<S> | undefined,
  brackets = true,
): SchemaPlace<S> {
  const steps: string[] = [];
  let schema = root;
  const tokens = tokensOf(path);
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? "";
    let name: string | undefined;
    if (token === ".") {
      name = tokens[++at];
      if (name === undefined) return { fault: CUT_SHORT };
    } else if (token === "[") {
      if (!brackets) return { fault: "array notation is not allowed" };
      const quoted = tokens[++at];
      if (quoted === undefined) return { fault: CUT_SHORT };
      if (!/^'.*'$/s.test(quoted)) return { fault: `expected single quoted string but got ${quoted}` };
      name = quoted.slice(1, -1).replace(/\\(.)/gs, "$1");
    } else return { fault: `expected [ or . but got: ${token}` };
    const step = into(schema, name);
    if (step === undefined) return { fault: NOWHERE };
    if (token === "[") {
      const end = tokens[++at];
      if (end === undefined) return { fault: CUT_SHORT };
      if (end !== "]") return { fault: `expected ] but got ${end}` };
    }
    steps.push(step.named ? `.${name}` : `[${name}]`);
    schema = step.schema;
  }
  return { schema, steps };
}

/** Dots and brackets each for themselves, and what is between them; a text in single quotes is one. */
function tokensOf(path: string): string[] {
  return path.match(/'(?:[^'\\]|\\.)*'|'.*|[.[\]]|[^'.[\]][^.[\]]*/gs) ?? [];
}
