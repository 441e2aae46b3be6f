import type { TypeProvider } from "../declaration.ts";
import type { Type } from "../types.ts";
import { EvalError } from "../value.ts";
import type { Value } from "../value.ts";

/** Several sources of types as one; the first that knows a name is asked. */
export class CombinedTypes implements TypeProvider {
  readonly #sources: readonly TypeProvider[];

  constructor(...sources: readonly TypeProvider[]) {
    this.#sources = sources;
  }

  findType(name: string): Type | undefined {
    return this.#of(name)?.findType(name);
  }

  findField(struct: string, field: string): Type | undefined {
    return this.#of(struct)?.findField(struct, field);
  }

  findConstant(name: string): { readonly type: Type; readonly value: Value } | undefined {
    for (const source of this.#sources) {
      const found = source.findConstant?.(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  create(name: string, fields: ReadonlyMap<string, Value>): Value {
    const source = this.#of(name);
    if (source?.create === undefined) throw new EvalError(`unknown type: ${name}`);
    return source.create(name, fields);
  }

  #of(name: string): TypeProvider | undefined {
    return this.#sources.find((source) => source.findType(name) !== undefined);
  }
}
