import { configuredFields } from "../../apply/from-object.ts";
import { mergeApplied } from "../../apply/merge.ts";
import { UntrackableError } from "../../apply/untrackable.ts";
import {
  EvalError,
  List,
  MadeStruct,
  checkObjectPaths,
  writeJson,
  type Activation,
  type CostBudget,
  type Value,
} from "../../cel/kubernetes/index.ts";
import { copyJson, isObject, type JsonObject, type JsonValue } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { applyJsonPatch, maxJsonPatchOperations, type JsonPatchOperation } from "../../patch/json-patch.ts";
import { PatchError } from "../../patch/patch-error.ts";
import type { Schema } from "../../schema/schema.ts";
import { atomicFields } from "./atomic-fields.ts";
import { outcomeOf, type Expression } from "./expression.ts";

/** One mutation of a policy: an expression for an apply configuration, or for JSON patch operations. */
export interface Mutation {
  readonly type: "ApplyConfiguration" | "JSONPatch";
  readonly expression: Expression;
}

/** A mutation that cannot be made; `message` is what clients see. */
export class MutationError extends Error {}

/**
 * Evaluates a mutation and applies it to an object, which stays as it is and may be shared with the result. Errors:
 * MutationError.
 */
export async function mutated(
  mutation: Mutation,
  object: KubeObject,
  schema: Schema,
  activation: Activation,
  budget: CostBudget,
): Promise<JsonObject> {
  const outcome = await outcomeOf(mutation.expression, activation, budget);
  if (outcome.error !== undefined) throw new MutationError(outcome.error);
  try {
    return mutation.type === "JSONPatch" ? patched(outcome.value, object) : applied(outcome.value, object, schema);
  } catch (error) {
    if (error instanceof EvalError) throw new MutationError(`type mismatch: ${error.message}`);
    throw error;
  }
}

function applied(value: Value, object: KubeObject, schema: Schema): JsonObject {
  if (!(value instanceof MadeStruct)) throw new MutationError("unsupported return type from ApplyConfiguration expression");
  checkObjectPaths(value);
  const made = writeJson(value);
  const config: JsonObject = { ...(isObject(made) ? made : {}), apiVersion: object.apiVersion, kind: object.kind };
  const fail = (what: string): MutationError => new MutationError(`error applying patch: ${what}`);
  const { errors } = configuredFields(config, schema);
  if (errors.length > 0) {
    const text = errors.length === 1 ? errors[0] : ["errors:", ...errors.map((error) => `  ${error}`)].join("\n");
    throw fail(`failed to convert patch object to typed object: ${text}`);
  }
  const atomics = atomicFields(config, schema);
  if (atomics.length > 0) throw fail(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomics.join(", ")}`);
  try {
    const merged = mergeApplied(object, config, schema);
    return copyJson(merged as JsonObject);
  } catch (error) {
    if (error instanceof UntrackableError) throw fail(`failed to merge patch: ${error.message}`);
    throw error;
  }
}

/** A failed `test` operation leaves the object as it is. */
function patched(value: Value, object: KubeObject): JsonObject {
  if (!(value instanceof List)) throw new MutationError("type mismatch: JSONPatchType.expression should evaluate to array");
  const operations = value.values().map(operationOf);
  if (operations.length > maxJsonPatchOperations) throw new MutationError(`JSON Patch: more than ${maxJsonPatchOperations} operations`);
  try {
    const { value: result } = applyJsonPatch(object, operations);
    if (!isObject(result)) throw new MutationError("JSON Patch: the result is not an object");
    return copyJson(result);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (error.message.endsWith(": test failed")) return object;
    throw new MutationError(`JSON Patch: ${error.message}`);
  }
}

function operationOf(value: Value): JsonPatchOperation {
  if (!(value instanceof MadeStruct))
    throw new MutationError("type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch");
  const text = (field: string): string => {
    const found = value.get(field);
    return typeof found === "string" ? found : "";
  };
  const from = text("from");
  const given = value.get("value");
  if (given instanceof MadeStruct) checkObjectPaths(given, given.type.name);
  const json: JsonValue | undefined = given === undefined ? undefined : writeJson(given);
  return { op: text("op"), path: text("path"), ...(from === "" ? {} : { from }), ...(json === undefined ? {} : { value: json }) };
}
