import { requiredField, type FieldError } from "../object/field-error.ts";
import { equalJson, getOwn, isObject, type ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { Conformance } from "../schema/conforms.ts";
import { listTypeFaults, ValueValidator } from "../schema/validate-value.ts";
import { walkValue } from "../schema/walk-value.ts";
import { parseJsonPath } from "./json-path.ts";
import { RuleValidator } from "./rule-validator.ts";

/** Finds what is wrong with custom objects. */
interface CustomFaults {
  /** The faults that refuse an object; `beside` are those that the schema does not tell. */
  readonly of: (object: KubeObject, old: KubeObject | undefined, beside: readonly FieldError[]) => FieldError[];
  /** What rules find in parts that an update leaves as they were, which is only told. */
  readonly unchanged: (object: KubeObject, old: KubeObject) => FieldError[];
}

/**
 * What finds the faults of custom objects by a version's schema and its rules, on create and on update. What it needs is
 * made when it is first asked.
 */
export function customFaults(schema: () => ReadonlyJsonObject): CustomFaults {
  let made: ReturnType<typeof validators> | undefined;
  const get = (): ReturnType<typeof validators> => (made ??= validators(schema()));
  return {
    of(object, old, beside) {
      const { conformance, values, rules, openapi } = get();
      const kept = (faults: FieldError[]): FieldError[] => (old === undefined ? faults : withoutUnchanged(faults, object, old));
      const found = conformance.holds(object)
        ? [...beside]
        : [
            ...kept(values.validate(object, openapi)),
            ...beside,
            ...kept([...listTypeFaults(object, openapi), ...embeddedFaults(object, openapi)]),
          ];
      return [...found, ...(rules?.validate(object, old, found) ?? [])];
    },
    unchanged: (object, old) => get().rules?.unchangedFaults(object, old) ?? [],
  };
}

function validators(openapi: ReadonlyJsonObject) {
  return { openapi, conformance: new Conformance(openapi), values: new ValueValidator(), rules: RuleValidator.of(openapi) };
}

/** An embedded resource says what it is. */
function embeddedFaults(object: ReadonlyJsonObject, openapi: ReadonlyJsonObject): FieldError[] {
  const faults: FieldError[] = [];
  for (const { value, schema, path } of walkValue(object, openapi)) {
    if (!isObject(value) || getOwn(schema, "x-kubernetes-embedded-resource") !== true) continue;
    for (const name of ["apiVersion", "kind"]) if (!getOwn(value, name)) faults.push(requiredField(path === "" ? name : `${path}.${name}`));
  }
  return faults;
}

/** Ratcheting (KEP-4008): what was wrong before and has not changed does not block an update. */
function withoutUnchanged(faults: FieldError[], object: KubeObject, old: KubeObject): FieldError[] {
  return faults.filter((fault) => {
    if (fault.field === "<nil>") return true;
    const read = parseJsonPath(`.${fault.field}`);
    const [now] = read?.(object) ?? [];
    const [before] = read?.(old) ?? [];
    return now === undefined || !equalJson(now, before);
  });
}
