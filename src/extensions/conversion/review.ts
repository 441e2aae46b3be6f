import { decodeJson } from "../../codec/decode-text.ts";
import { jsonKind } from "../../codec/json-kind.ts";
import { stringifyJson } from "../../codec/json-text.ts";
import { isObject, type JsonObject, type JsonValue, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, stringIn } from "../../object/read.ts";
import { REVIEW_SCHEME, reviewTypeFault } from "../../webhook/review-type.ts";

const GROUP = "apiextensions.k8s.io";
const KIND = "ConversionReview";

/** The versions of ConversionReview that this server speaks. */
const REVIEW_VERSIONS = ["v1", "v1beta1"] as const;
export type ReviewVersion = (typeof REVIEW_VERSIONS)[number];

/** An answer that is none; `message` is the original's. */
export class ReviewFault extends Error {}

/** The first of the versions that a webhook speaks which this server speaks too. */
export function reviewVersion(spoken: readonly string[]): ReviewVersion {
  return (spoken.find((version) => REVIEW_VERSIONS.includes(version as ReviewVersion)) ?? "v1") as ReviewVersion;
}

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
  if (version === "v1") checkV1Type(review);
  if (!isObject(review["response"])) throw new ReviewFault("no response provided");
  const response = review["response"];
  const answered = stringIn(response, "uid");
  if (version === "v1" && answered !== uid)
    throw new ReviewFault(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(answered)}`);
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

/** v1 says what it is (v1beta1 did not have to). */
function checkV1Type(review: JsonObject): void {
  const [apiVersion, kind] = [stringIn(review, "apiVersion"), stringIn(review, "kind")];
  if (apiVersion !== "" && kind !== "") return;
  const shown = apiVersion === "" ? "/" : apiVersion;
  throw new ReviewFault(`expected webhook response of ${GROUP}/v1, Kind=${KIND}, got ${shown}, Kind=${kind}`);
}
