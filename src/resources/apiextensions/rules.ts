import {
  escapeFieldName,
  isExposed,
  kubernetesEnvironment,
  patternFault,
  SchemaTypes,
  typeOf,
  types as cel,
  type CheckedExpression,
  type Declared,
  type Environment,
  type Program,
  type Type,
} from "../../cel/kubernetes/index.ts";
import {
  getOwn,
  isObject,
  setOwn,
  type JsonObject,
  type JsonValue,
  type ReadonlyJson,
  type ReadonlyJsonObject,
} from "../../object/json.ts";
import { booleanIn, stringIn } from "../../object/read.ts";
import { schemaFromOpenApi } from "../../schema/from-openapi.ts";
import type { ObjectSchema, Schema } from "../../schema/schema.ts";
import { MAX_SCHEMA_DEPTH } from "./schema-parts.ts";
import { followPath, type SchemaPlace } from "./schema-path.ts";

/** What rules may read of metadata. */
const META: ObjectSchema = {
  type: "object",
  fields: new Map(["name", "generateName"].map((name) => [name, { name, schema: { type: "string" }, required: false, dropZero: false }])),
};

// Immutable and the same for all; made on first use because it is dear.
let base: Environment | undefined;

/** A schema for rules: its metadata is what rules may see of it. */
export function ruleSchema(openapi: ReadonlyJsonObject): ObjectSchema {
  return schemaFromOpenApi(withoutOpenMembers(openapi, 0) as ReadonlyJsonObject, META, { root: true }) as ObjectSchema;
}

/** Without additionalProperties that only say that there may be some: to rules, what has them is an object without members. */
function withoutOpenMembers(part: ReadonlyJson, depth: number): ReadonlyJson {
  if (depth > MAX_SCHEMA_DEPTH || typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return (part as readonly ReadonlyJson[]).map((item) => withoutOpenMembers(item, depth + 1));
  const copy: JsonObject = {};
  for (const [name, member] of Object.entries(part as ReadonlyJsonObject))
    if (member !== undefined && !(name === "additionalProperties" && member === true))
      setOwn(copy, name, withoutOpenMembers(member, depth + 1) as JsonValue);
  return copy;
}

/** Whether there are rules anywhere in a schema. */
export function hasRules(openapi: ReadonlyJson | undefined): boolean {
  if (Array.isArray(openapi)) return (openapi as readonly ReadonlyJson[]).some(hasRules);
  return isObject(openapi) && Object.entries(openapi).some(([key, value]) => key === "x-kubernetes-validations" || hasRules(value));
}

/** The rules that stand at a schema, x-kubernetes-validations. */
export function rulesOf({ validations }: Schema): readonly ReadonlyJsonObject[] {
  const rules = isObject(validations) ? getOwn(validations, "x-kubernetes-validations") : undefined;
  return Array.isArray(rules) ? (rules as ReadonlyJson[]).filter(isObject) : [];
}

/** An expression ready to run, or what is wrong with it. */
export type CompiledRule =
  | { readonly checked: CheckedExpression; readonly program: Program; readonly fault: undefined }
  | { readonly fault: string };

/** Compiles the rules of one schema: the types of its parts are made once. */
export class RuleCompiler {
  readonly #types = new SchemaTypes(escapeFieldName, (schema) => isExposed(schema));

  /** What a part of the schema is in expressions; `name` tells it from the other parts. */
  declare(name: string, schema: Schema): Declared {
    return this.#types.declare(name, schema);
  }

  /** The expression of a rule over `self` and `oldSelf`, of a type. */
  rule(rule: ReadonlyJsonObject, self: Type): CompiledRule {
    return this.#compile(rule, stringIn(rule, "rule"), self, cel.boolType, "cel expression must evaluate to a bool");
  }

  /** The expression of a rule's message; undefined where it has none. */
  message(rule: ReadonlyJsonObject, self: Type): CompiledRule | undefined {
    const expression = stringIn(rule, "messageExpression");
    if (expression === "") return undefined;
    return this.#compile(rule, expression, self, cel.stringType, "messageExpression must evaluate to a string");
  }

  /** `wanted` is the type that the expression must have. */
  #compile(rule: ReadonlyJsonObject, expression: string, self: Type, wanted: Type, wrongType: string): CompiledRule {
    base ??= kubernetesEnvironment();
    const environment = base.extend({
      types: this.#types,
      variables: [
        ["self", self],
        ["oldSelf", booleanIn(rule, "optionalOldSelf") ? cel.optionalType(self) : self],
      ],
    });
    const { checked, message } = environment.compile(expression);
    if (checked === undefined) return { fault: `compilation failed: ${message}` };
    const type = typeOf(checked);
    if (!cel.sameType(type, wanted)) return { fault: wrongType };
    const pattern = patternFault(checked);
    if (pattern !== undefined) return { fault: `program instantiation failed: ${pattern}` };
    return { checked, program: environment.program(checked), fault: undefined };
  }
}

/** Where a rule's fieldPath leads to from its own schema: .spec.list, .labels['a']. */
export function schemaAtFieldPath(schema: Schema, path: string): SchemaPlace<Schema> {
  return followPath<Schema>(schema, path, (from, name) => {
    if (from.type === "map") return { schema: from.values, named: false };
    const field = from.type === "object" ? from.fields.get(name) : undefined;
    return field === undefined ? undefined : { schema: field.schema, named: true };
  });
}
