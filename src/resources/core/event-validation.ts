import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { equalJson, getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsSubdomain, qualifiedNameRules } from "../../object/names.ts";
import { asObject, isSet, numberIn, objectIn, stringIn } from "../../object/read.ts";
import { validateObjectMeta, type MetaRules } from "../../validation/object-meta.ts";
import { shownAs, type ShownMembers } from "../pod-spec/shown.ts";
import { objectReferenceShown } from "./object-reference.ts";

const root = FieldPath.root;

/** Texts of an event in the newer form, with the most bytes of each. */
const LIMITS: readonly (readonly [member: string, max: number, required: boolean])[] = [
  ["reportingInstance", 128, true],
  ["action", 128, true],
  ["reason", 128, true],
  ["message", 1024, false],
];

/** What holds in every version: an event is about something in its own namespace, or in none. */
function checkCommon(event: KubeObject, reporter: string, faults: FieldError[]): void {
  const { namespace = "" } = event.metadata;
  const about = stringIn(objectIn(event, "involvedObject"), "namespace");
  const mismatch = () => faults.push(invalidField(root.child("involvedObject", "namespace"), about, "does not match event.namespace"));
  if (!isSet(event, "eventTime")) {
    if (about === "" ? namespace !== "" && namespace !== "default" : namespace !== about) mismatch();
  } else {
    if (about === "" && namespace !== "default" && namespace !== "kube-system") mismatch();
    const controller = stringIn(event, "reportingComponent");
    if (controller === "") faults.push(requiredField(root.child(reporter)));
    for (const message of qualifiedNameRules(controller)) faults.push(invalidField(root.child(reporter), controller, message));
    for (const [member, max, required] of LIMITS) {
      const text = stringIn(event, member);
      if (required && text === "") faults.push(requiredField(root.child(member)));
      if (Buffer.byteLength(text) > max) faults.push(invalidField(root.child(member), "", `can have at most ${max} characters`));
    }
  }
  for (const message of dnsSubdomain(namespace)) faults.push(invalidField(root.child("namespace"), namespace, message));
}

function checkSeries(event: KubeObject, faults: FieldError[]): void {
  if (!isSet(event, "series")) return;
  const series = objectIn(event, "series");
  if (numberIn(series, "count") < 2) faults.push(invalidField(root.child("series", "count"), "", "should be at least 2"));
  if (!isSet(series, "lastObservedTime")) faults.push(requiredField(root.child("series", "lastObservedTime")));
}

/** Members that events of the newer form leave to older ones. */
const OLDER: readonly (readonly [member: string, isUnset: (value: ReadonlyJson | undefined) => boolean])[] = [
  ["firstTimestamp", (value) => value === undefined || value === null],
  ["lastTimestamp", (value) => value === undefined || value === null],
  ["count", (value) => value === undefined || value === 0],
  ["source", (value) => stringIn(asObject(value), "component") === "" && stringIn(asObject(value), "host") === ""],
];

function isStrict(apiVersion: string): boolean {
  return apiVersion !== "v1";
}

/** The name under which faults tell of the reporter. */
function reporterIn(apiVersion: string): string {
  return isStrict(apiVersion) ? "reportingController" : "reportingComponent";
}

const metadataRules: MetaRules = { namespaced: true, nameRule: (name) => dnsSubdomain(name), qualifiedFinalizers: true };

/** Faults of a new event, by the rules of the version in which it was written. */
export function validateEvent(event: KubeObject, apiVersion: string): FieldError[] {
  const faults: FieldError[] = [];
  checkCommon(event, reporterIn(apiVersion), faults);
  if (!isStrict(apiVersion)) return faults;
  faults.push(...validateObjectMeta(event, metadataRules));
  checkSeries(event, faults);
  if (!isSet(event, "eventTime")) faults.push(requiredField(root.child("eventTime")));
  const type = stringIn(event, "type");
  if (type !== "Normal" && type !== "Warning") faults.push(invalidField(root.child("type"), "", `has invalid value: ${type}`));
  for (const [member, isUnset] of OLDER)
    if (!isUnset(getOwn(event, member))) faults.push(invalidField(root.child(member), "", "needs to be unset"));
  return faults;
}

const shownSource: ShownMembers = [
  ["Component", "component", ""],
  ["Host", "host", ""],
];

/** What of an event stays, in the order in which it is told (the reason twice); texts and counts show as they are. */
const STAYS: readonly (readonly [member: string, zero: ReadonlyJson, shown?: ShownMembers | undefined, named?: string])[] = [
  ["involvedObject", {}, objectReferenceShown],
  ["reason", ""],
  ["message", ""],
  ["source", {}, shownSource],
  ["firstTimestamp", null],
  ["lastTimestamp", null],
  ["count", 0],
  ["reason", ""],
  ["type", ""],
  ["eventTime", null],
  ["action", ""],
  ["related", null, objectReferenceShown],
  ["reportingComponent", "", undefined, "reportingController"],
  ["reportingInstance", ""],
];

/** Faults of a changed event: in the newer form, only the series goes on. */
export function validateEventUpdate(event: KubeObject, old: KubeObject, apiVersion: string): FieldError[] {
  const faults: FieldError[] = [];
  checkCommon(event, reporterIn(apiVersion), faults);
  if (!isStrict(apiVersion)) return faults;
  if (!equalJson(event["series"], old["series"])) checkSeries(event, faults);
  for (const [member, zero, shown, named] of STAYS) {
    const [now, before] = [getOwn(event, member) ?? zero, getOwn(old, member) ?? zero];
    if (equalJson(now, before)) continue;
    const value = shown === undefined || now === null ? now : shownAs(now as ReadonlyJsonObject, shown);
    faults.push(invalidField(root.child(named ?? member), value, "field is immutable"));
  }
  return faults;
}
