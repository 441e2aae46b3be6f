import { decodeJson } from "../../codec/decode-text.ts";
import { jsonKind } from "../../codec/json-kind.ts";
import { stringifyJson } from "../../codec/json-text.ts";
import { isObject, type JsonValue, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, stringIn } from "../../object/read.ts";
import { otherUid, REVIEW_SCHEME, reviewTypeFault, unsaidType, type ReviewVersion } from "../../webhook/review-type.ts";

const GROUP = "apiextensions.k8s.io";
const KIND = "ConversionReview";

/** An answer that is none; `message` is the original's. */
export class ReviewFault extends Error {}

/** The ConversionReview that asks for objects in another version, as JSON. */
export function reviewBody(version: ReviewVersion, uid: string, desiredAPIVersion: string, objects: readonly KubeObject[]): Buffer {
  const review = {
    kind: KIND,
    apiVersion: `${GROUP}/${version}`,
    request: { uid, desiredAPIVersion, objects: objects as readonly ReadonlyJsonObject[] },
    // The original writes the zero value of what it asks for.
    response: { uid: "", convertedObjects: null, result: { metadata: {} } },
  };
  return Buffer.from(stringifyJson(review as ReadonlyJsonObject));
}

/** The objects of an answer, whatever they are. Errors: ReviewFault. */
export function readReview(text: string, version: ReviewVersion, uid: string): readonly JsonValue[] {
  const fault = (why: string): ReviewFault => new ReviewFault(`couldn't get version/kind; json parse error: ${why}`);
  const review = decodeJson(text, fault);
  if (!isObject(review)) throw fault(`json: cannot unmarshal ${jsonKind(review)} into Go value of type ${KIND}`);
  const given = {
    apiVersion: stringIn(review, "apiVersion") || `${GROUP}/${version}`,
    kind: stringIn(review, "kind") || KIND,
  };
  const wrongType = reviewTypeFault(given, { group: GROUP, version, kind: KIND }, REVIEW_SCHEME);
  if (wrongType !== undefined) throw new ReviewFault(wrongType);
  const unsaid = version === "v1" ? unsaidType(review, { group: GROUP, kind: KIND }) : undefined;
  if (unsaid !== undefined) throw new ReviewFault(unsaid);
  if (!isObject(review["response"])) throw new ReviewFault("no response provided");
  const response = review["response"];
  const other = version === "v1" ? otherUid(stringIn(response, "uid"), uid) : undefined;
  if (other !== undefined) throw new ReviewFault(other);
  const result = objectIn(response, "result");
  const status = stringIn(result, "status");
  if (status !== "Success")
    throw new ReviewFault(stringIn(result, "message") || `response.result.status was '${status}', expected 'Success'`);
  const objects = response["convertedObjects"] ?? [];
  if (!Array.isArray(objects)) throw new ReviewFault(notAList(objects));
  return objects;
}

function notAList(value: JsonValue): string {
  return `json: cannot unmarshal ${jsonKind(value)} into Go struct field ConversionResponse.response.convertedObjects of type []runtime.RawExtension`;
}
