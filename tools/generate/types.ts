import { groupVersion } from "../../src/object/kube-object.ts";
import type { TypeRecord, FieldRecord } from "../../src/schema/table.ts";
import type { Facts, OpenApiSchema, Proto } from "./facts.ts";
import { definitionName, messageName, openApiDefinitions, protoFacts, shortName } from "./facts.ts";
import { realZeroDefaults, requiredButOmitted, specialValues, writtenAsNull } from "./go-encoding.ts";
import { goTypeName } from "./go-type-names.ts";
import { pointers } from "./pointers.ts";
import { unservedTypes } from "./unserved.ts";

/** Types whose encoding is their own, told by their name only. */
const specialTypes: Readonly<Record<string, string>> = {
  "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Duration": "duration",
  "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "fieldsV1",
  "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "microTime",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
  "io.k8s.apimachinery.pkg.runtime.RawExtension": "rawExtension",
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "intOrString",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "json",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray": "jsonSchemaPropsOrArray",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool": "jsonSchemaPropsOrBool",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": "jsonSchemaPropsOrStringArray",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Patch": "json",
};

const rawTypes = new Set([
  "rawExtension",
  "fieldsV1",
  "json",
  "jsonSchemaPropsOrArray",
  "jsonSchemaPropsOrBool",
  "jsonSchemaPropsOrStringArray",
]);

/** What is not stored as protobuf, which knows no empty list: there one without omitempty stays as it is written. */
const keepsEmptyLists = /^(apiextensions|apiregistration)\.|List\.items$/;

/** Lists that are refused when they are empty, with messages that tell an empty one from an absent one. */
const refusedWhenEmpty: ReadonlySet<string> = new Set([
  "autoscaling.v2.HPAScalingRules.policies",
  "batch.v1.PodFailurePolicyOnExitCodesRequirement.values",
]);

/** The table of types: kinds to definitions, definitions to types. */
export interface TypesTable {
  readonly kinds: Record<string, string>;
  readonly types: Record<string, TypeRecord>;
}

/** All types reachable from the served group versions, and those exchanged beside them. */
export function typesTable(facts: Facts): TypesTable {
  const definitions = openApiDefinitions(facts);
  const proto = protoFacts(facts);
  const kinds: Record<string, string> = {};
  const types: Record<string, TypeRecord> = {};
  for (const [name, schema] of definitions) {
    for (const { group, version, kind } of schema["x-kubernetes-group-version-kind"] ?? []) {
      kinds[`${groupVersion(group, version)}/${kind}`] = name;
    }
    if (specialTypes[name] === undefined) types[name] = typeOf(name, schema, proto);
  }
  addUnserved(types, kinds, proto);
  return { kinds, types };
}

function typeOf(name: string, schema: OpenApiSchema, proto: Proto): TypeRecord {
  const places = protoPlaces(messageName(name), proto);
  const isKind = schema["x-kubernetes-group-version-kind"] !== undefined;
  const fields: Record<string, FieldRecord> = {};
  for (const [member, property] of membersOf(schema)) {
    const required = schema.required?.includes(member) ?? false;
    fields[member] = fieldOf(name, member, property, required, places, isKind);
  }
  return {
    ...(schema["x-kubernetes-map-type"] === "atomic" && { atomic: true }),
    ...(schema["x-kubernetes-unions"] && {
      unions: schema["x-kubernetes-unions"].map((union) => ({
        ...(union.discriminator && { discriminator: union.discriminator }),
        fields: union["fields-to-discriminateBy"],
      })),
    }),
    fields,
  };
}

/** Required members in the original's order, which documents show, then the others by name. */
function membersOf(schema: OpenApiSchema): [string, OpenApiSchema][] {
  const properties = schema.properties ?? {};
  const required = schema.required ?? [];
  const others = Object.keys(properties).filter((name) => !required.includes(name));
  return [...required, ...others.sort()].map((name) => [name, properties[name] ?? {}]);
}

function fieldOf(
  owner: string,
  member: string,
  property: OpenApiSchema,
  required: boolean,
  places: ReadonlyMap<string, ProtoPlace>,
  isKind: boolean,
): FieldRecord {
  const type = typeText(property);
  const leaf = leafOf(property);
  const place = places.get(member);
  const embedded = place?.embedded ?? (isKind && (member === "kind" || member === "apiVersion") ? "TypeMeta" : undefined);
  const goType = goTypeName(shortName(owner), member);
  const format = leaf.format !== undefined && !["int32", "int64", "double", "byte"].includes(leaf.format) ? leaf.format : undefined;
  return {
    type,
    ...(required && { required: true }),
    ...encodingOf(`${shortName(owner)}.${member}`, property, type, required),
    ...(property["x-kubernetes-list-type"] && { listType: property["x-kubernetes-list-type"] }),
    ...(property["x-kubernetes-list-map-keys"] && { keys: property["x-kubernetes-list-map-keys"] }),
    ...(property["x-kubernetes-map-type"] && { atomic: property["x-kubernetes-map-type"] === "atomic" }),
    ...(property["x-kubernetes-patch-strategy"] && { patchStrategy: property["x-kubernetes-patch-strategy"] }),
    ...(property["x-kubernetes-patch-merge-key"] && { patchMergeKey: property["x-kubernetes-patch-merge-key"] }),
    ...(leaf.enum && { enum: leaf.enum }),
    ...(format && { format }),
    ...(goType && { goType }),
    ...(embedded && { embedded }),
    ...(place && { proto: place.inlined.length === 0 ? place.number : [...place.inlined, place.number] }),
  };
}

/** The type as text: a scalar's name, a definition's name, or one of them behind [] (list) and {} (map). */
function typeText(schema: OpenApiSchema): string {
  const ref = refOf(schema);
  if (ref !== undefined) return specialTypes[ref] ?? ref;
  switch (schema.type) {
    case "array":
      return `[]${typeText(schema.items ?? {})}`;
    case "object":
      return schema.additionalProperties === undefined ? "json" : `{}${typeText(schema.additionalProperties)}`;
    case "string":
      return schema.format === "byte" ? "bytes" : "string";
    case "integer":
      return schema.format === "int32" ? "int32" : "int64";
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    default:
      return "json";
  }
}

function refOf(schema: OpenApiSchema): string | undefined {
  return (schema.$ref ?? schema.allOf?.[0]?.$ref)?.replace("#/components/schemas/", "");
}

function leafOf(schema: OpenApiSchema): OpenApiSchema {
  const inner = schema.items ?? schema.additionalProperties;
  return inner === undefined ? schema : leafOf(inner);
}

type Encoding = Pick<FieldRecord, "zero" | "omitEmpty" | "default" | "documentedDefault">;

/** What is written when the member is absent, whether a zero is dropped, and the real default. */
function encodingOf(place: string, property: OpenApiSchema, type: string, required: boolean): Encoding {
  const asNull = writtenAsNull.has(place) || (required && !requiredButOmitted.has(place));
  if (type.startsWith("[]") || type.startsWith("{}") || type === "bytes") {
    if (refusedWhenEmpty.has(place)) return asNull ? { zero: null } : {};
    if (!asNull) return { omitEmpty: true };
    return keepsEmptyLists.test(place) ? { zero: null } : { zero: null, omitEmpty: true };
  }
  if (type === "time" || type === "microTime") {
    return specialValues.time.includes(place) ? { zero: null } : required ? { zero: null } : {};
  }
  if (type === "quantity") return specialValues.quantity.includes(place) ? { zero: "0" } : required && asNull ? { zero: null } : {};
  if (type === "intOrString") return specialValues.intOrString.includes(place) ? { zero: 0 } : {};
  if (rawTypes.has(type)) return specialValues.raw.includes(place) ? { zero: null } : {};
  if (type.includes(".")) {
    if (property.default === undefined) return asNull ? { zero: null } : {};
    return { zero: {} };
  }
  return scalarEncodingOf(place, property, asNull);
}

function scalarEncodingOf(place: string, property: OpenApiSchema, asNull: boolean): Encoding {
  const pointer = isPointer(place);
  const given = property.default;
  if (given === undefined) return pointer ? (asNull ? { zero: null } : {}) : { omitEmpty: true };
  if (given !== "" && given !== 0 && given !== false) return pointer ? { default: given } : { default: given, omitEmpty: true };
  if (!realZeroDefaults.has(place)) return { zero: given };
  return pointer ? { default: given } : { documentedDefault: given, omitEmpty: true };
}

function isPointer(place: string): boolean {
  const dot = place.indexOf(".", place.indexOf(".", place.indexOf(".") + 1) + 1);
  return pointers[place.slice(0, dot)]?.split(" ").includes(place.slice(dot + 1)) ?? false;
}

interface ProtoPlace {
  readonly number: number;
  readonly inlined: readonly number[];
  /** Go names of the embedded structs on the way, joined by dots. */
  readonly embedded?: string;
}

/** Where each JSON member lies in the protobuf message. */
function protoPlaces(message: string, proto: Proto): Map<string, ProtoPlace> {
  const places = new Map<string, ProtoPlace>();
  for (const field of proto.messages[message]?.fields ?? []) {
    if (proto.inlined[message]?.[field.name] === undefined) {
      places.set(proto.jsonNames[message]?.[field.name] ?? field.name, { number: field.number, inlined: [] });
      continue;
    }
    const struct = field.type.slice(field.type.lastIndexOf(".") + 1);
    for (const [member, inner] of protoPlaces(field.type, proto)) {
      places.set(member, {
        number: inner.number,
        inlined: [field.number, ...inner.inlined],
        embedded: inner.embedded === undefined ? struct : `${struct}.${inner.embedded}`,
      });
    }
  }
  return places;
}

const protoScalars: Readonly<Record<string, string>> = {
  string: "string",
  bool: "boolean",
  int32: "int32",
  int64: "int64",
  bytes: "bytes",
  double: "number",
};

function addUnserved(types: Record<string, TypeRecord>, kinds: Record<string, string>, proto: Proto): void {
  const wanted = Object.keys(unservedTypes);
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const message = proto.messages[messageName(name)];
    if (message === undefined || types[name] !== undefined) continue;
    const rules = unservedTypes[name];
    const fields: Record<string, FieldRecord> = {};
    if (rules?.kinds !== undefined) {
      fields["apiVersion"] = { type: "string", omitEmpty: true, embedded: "TypeMeta" };
      fields["kind"] = { type: "string", omitEmpty: true, embedded: "TypeMeta" };
      for (const kind of rules.kinds) kinds[kind] ??= name;
    }
    for (const field of message.fields) {
      const member = proto.jsonNames[messageName(name)]?.[field.name] ?? field.name;
      const required = rules?.required?.split(" ").includes(member) ?? false;
      const type = protoTypeText(field);
      if (type.includes(".")) wanted.push(type.replaceAll(/\[\]|\{\}/g, ""));
      fields[member] = {
        type,
        ...(required && { required: true }),
        ...unservedEncoding(`${shortName(name)}.${member}`, type, required),
        proto: field.number,
      };
    }
    types[name] = { fields };
  }
}

function protoTypeText(field: Proto["messages"][string]["fields"][number]): string {
  if (field.map !== undefined) return `{}${protoTypeName(field.map.value)}`;
  return `${field.repeated === true ? "[]" : ""}${protoTypeName(field.type)}`;
}

function protoTypeName(type: string): string {
  const name = definitionName(type);
  return protoScalars[type] ?? specialTypes[name] ?? (type.endsWith(".Verbs") ? "[]string" : name);
}

function unservedEncoding(place: string, type: string, required: boolean): Encoding {
  if (type.endsWith(".ObjectMeta") || type.endsWith(".ListMeta")) return { zero: {} };
  if (!required) return isPointer(place) || type.includes(".") || rawTypes.has(type) ? {} : { omitEmpty: true };
  if (type.startsWith("[]") || type.startsWith("{}") || type === "bytes") return { zero: null };
  if (type.includes(".")) return { zero: {} };
  return { zero: type === "string" ? "" : type === "boolean" ? false : 0 };
}
