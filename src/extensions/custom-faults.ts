import type { FieldError } from "../object/field-error.ts";
import { equalJson, type ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { embeddedFaults } from "../resources/apiextensions/embedded-faults.ts";
import { RuleValidator } from "../resources/apiextensions/rule-validator.ts";
import { Conformance } from "../schema/conforms.ts";
import { listTypeFaults, ValueValidator } from "../schema/validate-value.ts";
import { parseJsonPath } from "./json-path.ts";

/** Finds what is wrong with custom objects. */
interface CustomFaults {
  /**
   * The faults that refuse an object; `beside` are those that the schema does not tell. Through the status' door nobody
   * looks at the objects that lie within.
   */
  readonly of: (object: KubeObject, old: KubeObject | undefined, beside: readonly FieldError[], door: "main" | "status") => FieldError[];
  /** What rules found, when `of` looked at the object, in parts that its update leaves as they were: it is only told. */
  readonly unchanged: (object: KubeObject) => readonly FieldError[];
}

/**
 * What finds the faults of custom objects by a version's schema and its rules, on create and on update. What it needs is
 * made when it is first asked.
 */
export function customFaults(schema: () => ReadonlyJsonObject): CustomFaults {
  let made: ReturnType<typeof validators> | undefined;
  // Running rules twice would cost as much again as all else of an update.
  const unchanged = new WeakMap<KubeObject, FieldError[]>();
  const get = (): ReturnType<typeof validators> => (made ??= validators(schema()));
  return {
    of(object, old, beside, door) {
      const { conformance, values, rules, openapi } = get();
      const found = conformance.holds(object)
        ? [...beside]
        : [
            ...withoutUnchanged(values.validate(object, openapi), object, old),
            ...beside,
            ...(door === "main" ? embeddedFaults(object, openapi) : []),
            ...newListFaults(object, old, openapi),
          ];
      if (rules === undefined) return found;
      const told: FieldError[] = [];
      found.push(...rules.validate(object, old, found, told));
      if (old !== undefined) unchanged.set(object, told);
      return found;
    },
    unchanged: (object) => unchanged.get(object) ?? [],
  };
}

function validators(openapi: ReadonlyJsonObject) {
  return { openapi, conformance: new Conformance(openapi), values: new ValueValidator(), rules: RuleValidator.of(openapi) };
}

/** Lists that were wrong before do not block an update. */
function newListFaults(object: KubeObject, old: KubeObject | undefined, openapi: ReadonlyJsonObject): FieldError[] {
  const faults = listTypeFaults(object, openapi);
  return faults.length > 0 && old !== undefined && listTypeFaults(old, openapi).length > 0 ? [] : faults;
}

/** Ratcheting (KEP-4008): what was wrong before and has not changed does not block an update. */
function withoutUnchanged(faults: FieldError[], object: KubeObject, old: KubeObject | undefined): FieldError[] {
  if (old === undefined) return faults;
  return faults.filter((fault) => {
    if (fault.field === "<nil>") return true;
    const read = parseJsonPath(`.${fault.field}`);
    const [now] = read?.(object) ?? [];
    const [before] = read?.(old) ?? [];
    return now === undefined || !equalJson(now, before);
  });
}
