import { requiredField, type FieldError } from "../object/field-error.ts";
import { equalJson, getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { listTypeFaults, ValueValidator } from "../schema/validate-value.ts";
import { parseJsonPath } from "./json-path.ts";
import { RuleValidator } from "./rule-validator.ts";

/**
 * What finds the faults of custom objects by a version's schema and its rules, on create and on update. What it needs is
 * made when it is first asked.
 */
export function customFaults(openapi: ReadonlyJsonObject): (object: KubeObject, old?: KubeObject) => FieldError[] {
  let made: { readonly values: ValueValidator; readonly rules: RuleValidator | undefined } | undefined;
  return (object, old) => {
    made ??= { values: new ValueValidator(), rules: RuleValidator.of(openapi) };
    const all = [...made.values.validate(object, openapi), ...listTypeFaults(object, openapi), ...embeddedFaults(object, openapi)];
    const found = old === undefined ? all : withoutUnchanged(all, object, old);
    return [...found, ...(made.rules?.validate(object, old, found) ?? [])];
  };
}

/** An embedded resource says what it is. */
function embeddedFaults(value: ReadonlyJson | undefined, schema: ReadonlyJsonObject, path = "", depth = 0): FieldError[] {
  if (depth > 100 || value === undefined) return [];
  if (Array.isArray(value)) {
    const items = getOwn(schema, "items");
    return isObject(items)
      ? (value as readonly ReadonlyJson[]).flatMap((item, i) => embeddedFaults(item, items, `${path}[${i}]`, depth + 1))
      : [];
  }
  if (!isObject(value)) return [];
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const own =
    getOwn(schema, "x-kubernetes-embedded-resource") === true
      ? ["apiVersion", "kind"].filter((name) => !getOwn(value, name)).map((name) => requiredField(at(name)))
      : [];
  const properties = getOwn(schema, "properties");
  const additional = getOwn(schema, "additionalProperties");
  const inner = Object.keys(value).flatMap((key) => {
    const property = isObject(properties) ? getOwn(properties, key) : undefined;
    const member = isObject(property) ? property : isObject(additional) ? additional : undefined;
    return member === undefined ? [] : embeddedFaults(value[key], member, at(key), depth + 1);
  });
  return [...own, ...inner];
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
