import { decodeJson } from "../../codec/decode-text.ts";
import { jsonKind } from "../../codec/json-kind.ts";
import { stringifyJson } from "../../codec/json-text.ts";
import { isObject, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { stringIn } from "../../object/read.ts";
import { notAStruct } from "../../registry/decode-body.ts";
import { otherUid, REVIEW_SCHEME, reviewTypeFault, unsaidType, type ReviewVersion } from "../../webhook/review-type.ts";
import { admissionRequest } from "../matching/request-value.ts";
import type { Subject } from "../matching/subject.ts";
import type { RequestVersion } from "../matching/versions.ts";

const GROUP = "admission.k8s.io";
const KIND = "AdmissionReview";

/** What a webhook said, checked. */
export interface ReviewAnswer {
  readonly allowed: boolean;
  /** The Status that it refuses with, or {}. */
  readonly status: ReadonlyJsonObject;
  readonly warnings: readonly string[];
  readonly auditAnnotations: ReadonlyMap<string, string>;
  /** The text of its patch; undefined where it has none. */
  readonly patch: { readonly type: string; readonly text: string } | undefined;
}

/** An answer that is none; `message` is the original's. */
export class AnswerFault extends Error {}

/** The AdmissionReview of a request in a version, as JSON. */
export function reviewBody(subject: Subject, version: RequestVersion, reviewVersion: ReviewVersion, uid: string): Buffer {
  const { dryRun, options, ...request } = admissionRequest(subject, version);
  const review = {
    kind: KIND,
    apiVersion: `${GROUP}/${reviewVersion}`,
    request: {
      uid,
      ...request,
      object: subject.object(version) ?? null,
      oldObject: subject.oldObject(version) ?? null,
      dryRun: dryRun ?? false,
      options: options ?? null,
    },
  };
  return Buffer.from(stringifyJson(review as ReadonlyJsonObject));
}

/**
 * Reads an answer. Of v1beta1 only what is needed is checked (reference/access-authn-authz/extensible-admission-controllers).
 * Errors: AnswerFault.
 */
export function readAnswer(text: string, reviewVersion: ReviewVersion, uid: string, mutating: boolean): ReviewAnswer {
  const review = parse(text);
  checkType(review, reviewVersion);
  const response = member(review, "response", "AdmissionReview", "object");
  if (response === undefined) throw invalid("webhook response was absent");
  const answer = {
    uid: member(response, "uid", RESPONSE, "string") ?? "",
    allowed: member(response, "allowed", RESPONSE, "boolean") === true,
    status: member(response, "status", RESPONSE, "object") ?? {},
    patch: decodePatch(member(response, "patch", RESPONSE, "string")),
    patchType: member(response, "patchType", RESPONSE, "string"),
    auditAnnotations: readTexts(response, "auditAnnotations"),
    warnings: readWarnings(response),
  };
  if (reviewVersion === "v1") checkV1(review, answer, uid, mutating);
  const { allowed, status, warnings, auditAnnotations, patch } = answer;
  const type = reviewVersion === "v1" ? (answer.patchType ?? "") : "JSONPatch";
  return { allowed, status, warnings, auditAnnotations, patch: mutating && patch !== "" ? { type, text: patch } : undefined };
}

const RESPONSE = "AdmissionReview.response";

function invalid(what: string): AnswerFault {
  return new AnswerFault(`received invalid webhook response: ${what}`);
}

function failed(what: string): AnswerFault {
  return new AnswerFault(`failed to call webhook: ${what}`);
}

function parse(text: string): JsonObject {
  const fault = (why: string): AnswerFault => failed(`couldn't get version/kind; json parse error: ${why}`);
  const value = decodeJson(text, fault);
  if (isObject(value)) return value;
  throw fault(notAStruct(value));
}

function checkType(review: JsonObject, reviewVersion: ReviewVersion): void {
  const given = { apiVersion: stringIn(review, "apiVersion") || `${GROUP}/${reviewVersion}`, kind: stringIn(review, "kind") || KIND };
  const fault = reviewTypeFault(given, { group: GROUP, version: reviewVersion, kind: KIND }, REVIEW_SCHEME);
  if (fault !== undefined) throw failed(fault);
}

interface V1Answer {
  readonly uid: string;
  readonly patch: string;
  readonly patchType: string | undefined;
}

function checkV1(review: JsonObject, { uid, patch, patchType }: V1Answer, expected: string, mutating: boolean): void {
  const fault = otherUid(uid, expected) ?? unsaidType(review, { group: GROUP, kind: KIND });
  if (fault !== undefined) throw invalid(fault);
  if (!mutating) {
    if (patch !== "") throw invalid("validating webhook may not return response.patch");
    if (patchType !== undefined) throw invalid("validating webhook may not return response.patchType");
    return;
  }
  if (patch !== "" && patchType === undefined) throw invalid("webhook returned response.patch but not response.patchType");
  if (patch === "" && patchType !== undefined) throw invalid("webhook returned response.patchType but not response.patch");
  if (patchType === "") throw invalid('webhook returned invalid response.patchType of ""');
}

interface MemberTypes {
  readonly string: string;
  readonly boolean: boolean;
  readonly object: JsonObject;
}

const GO_TYPES: Readonly<Record<keyof MemberTypes, string>> = { string: "string", boolean: "bool", object: "v1.AdmissionResponse" };

/** A member of a type; undefined where it is absent or null. Errors: AnswerFault. */
function member<T extends keyof MemberTypes>(of: JsonObject, name: string, path: string, type: T): MemberTypes[T] | undefined {
  const value = Object.hasOwn(of, name) ? of[name] : undefined;
  if (value === undefined || value === null) return undefined;
  if (type === "object" ? isObject(value) : typeof value === type) return value as MemberTypes[T];
  throw failed(`json: cannot unmarshal ${jsonKind(value)} into Go struct field ${path}.${name} of type ${GO_TYPES[type]}`);
}

function readTexts(response: JsonObject, name: string): ReadonlyMap<string, string> {
  const texts = member(response, name, RESPONSE, "object") ?? {};
  return new Map(Object.keys(texts).map((key) => [key, member(texts, key, `${RESPONSE}.${name}`, "string") ?? ""]));
}

function readWarnings(response: JsonObject): readonly string[] {
  const { warnings } = response;
  if (warnings === undefined || warnings === null) return [];
  if (!Array.isArray(warnings))
    throw failed(`json: cannot unmarshal ${jsonKind(warnings)} into Go struct field ${RESPONSE}.warnings of type []string`);
  return warnings.map((one) => {
    if (typeof one !== "string")
      throw failed(`json: cannot unmarshal ${jsonKind(one)} into Go struct field ${RESPONSE}.warnings of type string`);
    return one;
  });
}

function decodePatch(base64: string | undefined): string {
  if (base64 === undefined) return "";
  const wrong = base64.replace(/[\r\n]/g, "").search(/[^A-Za-z0-9+/=]/);
  if (wrong >= 0) throw failed(`illegal base64 data at input byte ${wrong}`);
  return Buffer.from(base64, "base64").toString("utf8");
}
