import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrorText } from "../../object/field-error-message.ts";
import type { JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { acceptedNamesFaults, definitionFaults } from "./validate-definition.ts";

const schema = (more: JsonObject = {}): JsonObject => ({
  openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties: { a: { type: "string" } } } }, ...more },
});
const version = (name: string, more: JsonObject = {}): JsonObject => ({
  name,
  served: true,
  storage: name === "v1",
  schema: schema(),
  ...more,
});

function definition(versions: readonly JsonObject[], more: JsonObject = {}, status: JsonObject = {}): KubeObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "foos.a.b" },
    spec: {
      group: "a.b",
      scope: "Cluster",
      names: { plural: "foos", singular: "foo", kind: "Foo", listKind: "FooList" },
      conversion: { strategy: "None" },
      versions,
      ...more,
    },
    status: { storedVersions: ["v1"], ...status },
  } as unknown as KubeObject;
}

const faultsOf = (versions: readonly JsonObject[], more: JsonObject = {}): string[] =>
  definitionFaults(definition(versions, more)).map(fieldErrorText);

test("what all versions have in common is told once, and what they have not of each, member by member", () => {
  const column = { name: "A", type: "string", jsonPath: "[0]" };
  assert.deepEqual(
    faultsOf([
      version("v1", { additionalPrinterColumns: [column] }),
      version("v2", { additionalPrinterColumns: [column], selectableFields: [{ jsonPath: ".spec.b" }] }),
    ]),
    [
      'spec.versions[1].selectableFields: Invalid value: "": may only be set when `version.schema.openAPIV3Schema` is not included',
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "[0]": must be a simple json path starting with .',
    ],
  );
  assert.deepEqual(
    faultsOf([version("v1"), version("v2", { schema: schema({ properties: { spec: { type: "object" } } }), subresources: { scale: {} } })]),
    [
      "spec.versions[1].subresources.scale.specReplicasPath: Required value",
      "spec.versions[1].subresources.scale.statusReplicasPath: Required value",
    ],
  );
});

test("faults of selectable fields", () => {
  const fields = (...paths: string[]): string[] => faultsOf([version("v1", { selectableFields: paths.map((jsonPath) => ({ jsonPath })) })]);
  const at = (index: number): string => `spec.selectableFields[${index}].jsonPath: `;
  assert.deepEqual(fields(".spec.a"), []);
  assert.deepEqual(fields(".spec.a", ".spec.nope", ".spec.nope", ".spec.a", ".spec['a']", ".spec."), [
    `${at(1)}Invalid value: ".spec.nope": is an invalid path: does not refer to a valid field`,
    `${at(2)}Invalid value: ".spec.nope": is an invalid path: does not refer to a valid field`,
    `${at(3)}Duplicate value: ".spec.a"`,
    `${at(4)}Invalid value: ".spec['a']": is an invalid path: array notation is not allowed`,
    `${at(5)}Invalid value: ".spec.": is an invalid path: unexpected end of JSON path`,
  ]);
});

test("beside a status subresource the root of a schema says nothing that would be lost", () => {
  const [fault = "", more] = faultsOf([version("v1", { subresources: { status: {} }, schema: schema({ enum: [{}] }) })]);
  assert.equal(more, undefined);
  assert.match(
    fault,
    /^spec\.validation\.openAPIV3Schema: Invalid value: \{"ID":"","Schema":"","Ref":null,"Description":"","Type":"object",/,
  );
  assert.match(
    fault,
    /"XMapType":null,"XValidations":null\}: only \[Description Type Format .* XValidations\] fields are allowed at the root of the schema if the status subresource is enabled$/,
  );
});

test("a warning is of a deprecated version, and that is told alone", () => {
  const warned = (deprecated: boolean): string[] => faultsOf([version("v1", { deprecated, deprecationWarning: "" })]);
  assert.deepEqual(warned(false), ['spec.versions[0].deprecationWarning: Invalid value: "": can only be set for deprecated versions']);
  assert.deepEqual(warned(true), ['spec.versions[0].deprecationWarning: Invalid value: "": must not be an empty string']);
});

test("a conversion webhook that is asked has certificates", () => {
  const conversion = (caBundle?: string): JsonObject => ({
    conversion: {
      strategy: "Webhook",
      webhook: { clientConfig: { url: "https://a.b", ...(caBundle === undefined ? {} : { caBundle }) }, conversionReviewVersions: ["v1"] },
    },
  });
  const established = { conditions: [{ type: "Established", status: "True" }] };
  const bad = Buffer.from("x").toString("base64");
  const change = (old: KubeObject): string[] => definitionFaults(definition([version("v1")], conversion(bad)), old).map(fieldErrorText);
  assert.deepEqual(change(definition([version("v1")])), []);
  assert.deepEqual(change(definition([version("v1")], conversion(bad), established)), []);
  assert.deepEqual(change(definition([version("v1")], conversion(), established)), [
    `spec.conversion.webhookClientConfig.caBundle: Invalid value: "${bad}": data does not contain any valid RSA or ECDSA certificates`,
  ]);
  assert.deepEqual(faultsOf([version("v1")], { conversion: { strategy: "None", webhook: { conversionReviewVersions: [] } } }), []);
});

test("accepted names are names", () => {
  const [fault = ""] = acceptedNamesFaults(definition([], {}, { acceptedNames: { plural: "Bad_P" } })).map(fieldErrorText);
  assert.match(fault, /^status\.acceptedNames\.plural: Invalid value: "Bad_P": a DNS-1035 label/);
});

test("an approval is asked for once, and may not be lost", () => {
  const approved = (value?: string): KubeObject => {
    const object = definition([version("v1")], { group: "a.k8s.io" });
    if (value !== undefined) object.metadata.annotations = { "api-approved.kubernetes.io": value };
    return object;
  };
  const url = "https://a.b/1";
  const told = (value: string | undefined, old?: KubeObject): number => definitionFaults(approved(value), old).length;
  assert.deepEqual([told(undefined), told("x"), told("unapproved"), told(url)], [1, 1, 0, 0]);
  assert.deepEqual([told(undefined, approved()), told("y", approved("x"))], [0, 0]);
  assert.deepEqual([told(undefined, approved(url)), told("x", approved(url))], [1, 1]);
});
