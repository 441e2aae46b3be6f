import { isAccountAtNode } from "../../authentication/service-account/account-name.ts";
import { resourceQuestion, type AuthorizationAttributes, type Authorizer } from "../../authorization/authorizer.ts";
import { refusal } from "../../authorization/forbidden.ts";
import { forbiddenField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { equalJson, getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { booleanIn, listIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { invalid } from "../../object/status.ts";
import { compareTexts } from "../../object/text-order.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { concerns, goesThrough, isOf } from "../attributes.ts";
import { existingNamespace, type ClusterView } from "../cluster-view.ts";

const CLAIMS = { group: "resource.k8s.io", plural: "resourceclaims" };
const TEMPLATES = { group: "resource.k8s.io", plural: "resourceclaimtemplates" };
const ADMIN_LABEL = "resource.kubernetes.io/admin-access";
const NEEDS_LABEL = `admin access to devices requires the \`${ADMIN_LABEL}: true\` label on the containing namespace`;
const STATUS = FieldPath.root.child("status");

/**
 * Devices that others use are given only in namespaces that are marked for it (KEP-5018), and what a claim has and what
 * drivers tell of it is written only by whoever may bind claims or speak for the driver
 * (DRAResourceClaimGranularStatusAuthorization). Is never turned off. Refusals: StatusError 422.
 */
export function deviceClaimGuard(view: ClusterView, authorize: Authorizer): AdmissionPlugin {
  return {
    name: "device claims",
    handles: (asked) =>
      concerns(asked, CLAIMS, "CREATE") || concerns(asked, TEMPLATES, "CREATE") || goesThrough(asked, CLAIMS, "status", "UPDATE"),
    async validate(asked) {
      const { object, oldObject, definition } = asked;
      if (object === undefined) return;
      const faults =
        oldObject === undefined
          ? await adminFaults(view, asked.namespace, requestOfAdmin(object, isOf(asked, TEMPLATES)))
          : await statusFaults(view, authorize, asked, object, oldObject);
      if (faults.length > 0) throw invalid(definition, object.metadata.name ?? "", faults);
    },
  };
}

async function adminFaults(view: ClusterView, namespace: string, at: FieldPath | undefined): Promise<FieldError[]> {
  if (at === undefined) return [];
  const { metadata } = await existingNamespace(view, namespace);
  return metadata.labels?.[ADMIN_LABEL] === "true" ? [] : [forbiddenField(at, NEEDS_LABEL)];
}

/** Where a claim or template first asks for administration; the place is a template's as well. */
function requestOfAdmin(object: KubeObject, isTemplate: boolean): FieldPath | undefined {
  const own = objectIn(object, "spec");
  const spec = isTemplate ? objectIn(own, "spec") : own;
  const requests = objectsIn(objectIn(spec, "devices"), "requests").map((one) => objectIn(one, "exactly"));
  return firstWithAdmin(requests, FieldPath.root.child("spec", "devices", "requests"));
}

function grantOfAdmin(status: ReadonlyJsonObject): FieldPath | undefined {
  const results = objectsIn(objectIn(objectIn(status, "allocation"), "devices"), "results");
  return firstWithAdmin(results, STATUS.child("allocation", "devices", "results"));
}

function firstWithAdmin(list: readonly ReadonlyJsonObject[], at: FieldPath): FieldPath | undefined {
  const index = list.findIndex((one) => booleanIn(one, "adminAccess"));
  return index < 0 ? undefined : at.index(index).child("adminAccess");
}

async function statusFaults(
  view: ClusterView,
  authorize: Authorizer,
  asked: AdmissionAttributes,
  object: KubeObject,
  old: KubeObject,
): Promise<FieldError[]> {
  const [now, before] = [objectIn(object, "status"), objectIn(old, "status")];
  const faults = grantOfAdmin(before) === undefined ? await adminFaults(view, asked.namespace, grantOfAdmin(now)) : [];
  const { user, namespace, options } = asked;
  const verb = options["kind"] === "PatchOptions" ? "patch" : "update";
  const claims = { user, apiGroup: CLAIMS.group, apiVersion: asked.served.version, resource: CLAIMS.plural };
  const same = (member: string): boolean => equalJson(getOwn(now, member) ?? null, getOwn(before, member) ?? null);
  if (!same("allocation") || !same("reservedFor")) {
    const refused = await refusalOf(authorize, [resourceQuestion({ ...claims, verb, subresource: "binding", name: "" })]);
    if (refused !== undefined) {
      const needs = `resource="resourceclaims/binding", verb="${verb}" permission`;
      faults.push(forbiddenField(STATUS, `changing status.allocation or status.reservedFor requires ${needs}: ${refused}`));
    }
  }
  const verbs = isAccountAtNode(user, nodeOf(now)) ? [`associated-node:${verb}`, `arbitrary-node:${verb}`] : [`arbitrary-node:${verb}`];
  for (const driver of changedDrivers(now, before)) {
    const questions = verbs.map((one) => resourceQuestion({ ...claims, verb: one, subresource: "driver", name: driver, namespace }));
    const refused = await refusalOf(authorize, questions);
    if (refused === undefined) continue;
    const needs = `resource="resourceclaims/driver", verb="[${verbs.join(" ")}]" permission`;
    faults.push(forbiddenField(STATUS.child("devices"), `changing status.devices requires ${needs}: ${refused}`));
  }
  return faults;
}

/** One yes is enough; of several noes the first is told. */
async function refusalOf(authorize: Authorizer, questions: readonly AuthorizationAttributes[]): Promise<string | undefined> {
  let first: string | undefined;
  for (const question of questions) {
    const { decision, reason, error } = await authorize(question);
    if (decision === "allow") return undefined;
    first ??= refusal(question, [error ?? "", reason].filter((text) => text !== "").join(": ")).message;
  }
  return first;
}

/** The drivers of which something is told that was not, or no more is. */
function changedDrivers(now: ReadonlyJsonObject, before: ReadonlyJsonObject): string[] {
  const keyOf = (device: ReadonlyJsonObject): string =>
    JSON.stringify(["driver", "pool", "device", "shareID"].map((member) => stringIn(device, member)));
  const told = new Map(objectsIn(before, "devices").map((device) => [keyOf(device), device]));
  const drivers = new Set<string>();
  for (const device of objectsIn(now, "devices")) {
    const key = keyOf(device);
    const known = told.get(key);
    told.delete(key);
    if (known === undefined || !equalJson(known, device)) drivers.add(stringIn(device, "driver"));
  }
  for (const device of told.values()) drivers.add(stringIn(device, "driver"));
  return [...drivers].sort(compareTexts);
}

/** The one node that a claim's devices are at; "" where there is not one. */
function nodeOf(status: ReadonlyJsonObject): string {
  const [term = {}, ...more] = objectsIn(objectIn(objectIn(status, "allocation"), "nodeSelector"), "nodeSelectorTerms");
  const [field = {}, ...others] = objectsIn(term, "matchFields");
  const values = stringsIn(field, "values");
  const one = more.length === 0 && others.length === 0 && listIn(term, "matchExpressions").length === 0 && values.length === 1;
  return one && field["key"] === "metadata.name" && field["operator"] === "In" ? (values[0] ?? "") : "";
}
