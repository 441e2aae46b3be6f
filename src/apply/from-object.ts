import { goTypeName } from "../codec/json-kind.ts";
import { quoteText } from "../object/quote.ts";
import { goJson } from "../object/go-json.ts";
import { isObject } from "../object/json.ts";
import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import { sortedKeys } from "../object/text-order.ts";
import { formatGoValue } from "../patch/go-value.ts";
import type { Field, ListSchema, ScalarType, Schema } from "../schema/schema.ts";
import { FieldSet, leafNode } from "./field-set.ts";
import type { FieldNode } from "./field-set.ts";
import { itemElement } from "./list-items.ts";
import { elementText, fieldElement } from "./path-element.ts";
import type { PathElement } from "./path-element.ts";
import { entrySchema, isEmptyContainer, itemSchema, namedField, shapeOf } from "./shape.ts";

/** The fields that an object mentions, and what in it does not fit its type. */
interface ConfiguredFields {
  readonly set: FieldSet;
  /** `.spec.nope: field not declared in schema`; empty where all fits. */
  readonly errors: readonly string[];
}

/**
 * The fields that an applied configuration mentions: every leaf, every item of lists of type set and map, every entry
 * of maps, and empty maps and nulls. An empty list mentions nothing. Checks the whole of it against its type on the way.
 */
export function configuredFields(config: ReadonlyJsonObject, schema: Schema): ConfiguredFields {
  const walk = new Walk();
  const set = walk.value(config, schema, true);
  return { set: set ?? FieldSet.empty, errors: walk.errors };
}

class Walk {
  readonly errors: string[] = [];
  /** Where the walk stands; written out only when there is something to report. */
  readonly #path: PathElement[] = [];

  /** What lies below a value; undefined where nothing does. `collect` is false inside of what is owned whole. */
  value(value: ReadonlyJson, schema: Schema, collect: boolean): FieldSet | undefined {
    const inside = collect && shapeOf(schema, value) !== "leaf";
    switch (schema.type) {
      case "object":
      case "map":
        if (value === null) return undefined;
        if (!isObject(value)) return this.#fault(`expected map, got ${dump(value)}`);
        return this.#members(value, schema, inside);
      case "list":
        if (value === null) return undefined;
        if (!Array.isArray(value)) return this.#fault(`expected list, got ${dump(value)}`);
        return this.#items(value, schema, inside);
      case "any":
        return inside && isObject(value) ? this.#members(value, schema, inside) : undefined;
      default:
        this.#scalar(value, schema.type);
        return undefined;
    }
  }

  #members(members: ReadonlyJsonObject, schema: Schema, collect: boolean): FieldSet | undefined {
    const nodes = new Map<PathElement, FieldNode>();
    for (const name of Object.keys(members)) {
      const value = members[name];
      if (value === undefined) continue;
      const field = namedField(schema, name);
      const element = fieldElement(name);
      this.#path.push(element);
      if (field === undefined && schema.type === "object" && schema.preserveUnknown !== true) {
        this.#fault("field not declared in schema");
        this.#path.pop();
        break; // the original stops at the first one
      }
      const type = field?.schema ?? entrySchema(schema);
      const children = this.value(value, type, collect);
      this.#path.pop();
      if (!collect) continue;
      const member = mentioned(value, type, field);
      if (children !== undefined) nodes.set(element, { member, children });
      else if (member) nodes.set(element, leafNode);
    }
    return nodes.size === 0 ? undefined : FieldSet.of(nodes);
  }

  #items(values: readonly ReadonlyJson[], schema: ListSchema, collect: boolean): FieldSet | undefined {
    const nodes = new Map<PathElement, FieldNode>();
    const type = itemSchema(schema);
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as ReadonlyJson;
      let element: PathElement = `i:${i}`;
      if (schema.listType !== "atomic") {
        const found = itemElement(schema, value);
        if ("error" in found) {
          this.#fault(`element ${i}: ${found.error}`);
          break;
        }
        element = found.element;
      }
      const repeated = nodes.has(element);
      if (repeated) this.#fault(`duplicate entries for key ${elementText(element)}`);
      this.#path.push(element);
      const children = this.value(value, type, collect);
      this.#path.pop();
      // Remembered in lists that are owned whole too: there they only tell repeats.
      if (schema.listType !== "atomic") nodes.set(element, repeated || children === undefined ? leafNode : { member: true, children });
    }
    return nodes.size === 0 || !collect ? undefined : FieldSet.of(nodes);
  }

  #scalar(value: ReadonlyJson, type: ScalarType): void {
    if (value === null) return;
    const fault = scalarFault(value, scalarClass[type]);
    if (fault !== undefined) this.#fault(fault);
  }

  #fault(message: string): undefined {
    const path = this.#path.map(elementText).join("");
    this.errors.push(path === "" ? message : `${path}: ${message}`);
    return undefined;
  }
}

/** Whether the member itself is owned, beside what lies below it. */
function mentioned(value: ReadonlyJson, schema: Schema, field: Field | undefined): boolean {
  if (field === undefined || value === null) return true;
  const shape = shapeOf(schema, value);
  return shape === "leaf" || (shape === "members" && isEmptyContainer(value));
}

type ScalarClass = "string" | "numeric" | "boolean" | "untyped";

const scalarClass: Readonly<Record<ScalarType, ScalarClass>> = {
  string: "string",
  boolean: "boolean",
  int32: "numeric",
  int64: "numeric",
  number: "numeric",
  bytes: "string",
  time: "string",
  microTime: "string",
  duration: "string",
  quantity: "untyped",
  intOrString: "untyped",
};

function scalarFault(value: ReadonlyJson, expected: ScalarClass): string | undefined {
  const type = typeof value === "bigint" ? "number" : typeof value;
  switch (expected) {
    case "string":
      return type === "string" ? undefined : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
    case "numeric":
      return type === "number" ? undefined : `expected numeric (int or float), got ${goTypeName(value)}`;
    case "boolean":
      return type === "boolean" ? undefined : `expected boolean, got ${dump(value)}`;
    case "untyped":
      return type === "object" ? `expected any scalar, got ${dump(value)}` : undefined;
  }
}

/** A value as the original prints it in these messages: Go's notation of the struct that wraps it. */
function dump(value: ReadonlyJson): string {
  return `&{${formatGoValue(value)}}`;
}

/** A value as Go's %#v prints it. */
function goSyntax(value: ReadonlyJson): string {
  if (value === null) return "<nil>";
  if (typeof value === "string") return quoteText(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (!isObject(value)) return goJson(value);
  const members = sortedKeys(value).map((name) => `${quoteText(name)}:${goSyntax(value[name] ?? null)}`);
  return `map[string]interface {}{${members.join(", ")}}`;
}
