import type { ReadonlyJsonObject } from "../object/json.ts";
import { stringIn } from "../object/read.ts";

/** Where the original decodes the answers of admission and conversion webhooks, as its messages say. */
export const REVIEW_SCHEME = "k8s.io/apiserver/pkg/util/webhook/client.go:71";

/** The versions of AdmissionReview and ConversionReview that this server speaks. */
export const REVIEW_VERSIONS = ["v1", "v1beta1"] as const;

/** One of those. */
export type ReviewVersion = (typeof REVIEW_VERSIONS)[number];

/** The first of the versions that a webhook speaks which this server speaks too. */
export function reviewVersion(spoken: readonly string[]): ReviewVersion {
  for (const version of spoken) {
    const known = REVIEW_VERSIONS.find((one) => one === version);
    if (known !== undefined) return known;
  }
  return "v1";
}

/** The group and kind of reviews that a webhook answers with. */
interface ReviewKind {
  readonly group: string;
  readonly kind: string;
}

interface ReviewType extends ReviewKind {
  readonly version: ReviewVersion;
}

/**
 * What is wrong with the type of an answer, in the words of the original, whose decoder of such answers is `scheme`.
 * Undefined: it is a review of the version that was sent, or says nothing of that.
 */
export function reviewTypeFault(
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  wanted: ReviewType,
  scheme: string,
): string | undefined {
  const expected = `${wanted.group}/${wanted.version}`;
  if ((apiVersion === "" || apiVersion === expected) && (kind === "" || kind === wanted.kind)) return undefined;
  const other = REVIEW_VERSIONS.find((version) => apiVersion === `${wanted.group}/${version}`);
  if (kind === wanted.kind && other !== undefined)
    return `converting (${other}.${kind}) to (${wanted.version}.${kind}): unknown conversion`;
  return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme ${JSON.stringify(scheme)}`;
}

/** What is wrong with an answer in v1 that does not say what it is, which v1beta1 did not have to; undefined: it does. */
export function unsaidType(review: ReadonlyJsonObject, { group, kind }: ReviewKind): string | undefined {
  const [apiVersion, said] = [stringIn(review, "apiVersion"), stringIn(review, "kind")];
  if (apiVersion !== "" && said !== "") return undefined;
  return `expected webhook response of ${group}/v1, Kind=${kind}, got ${apiVersion === "" ? "/" : apiVersion}, Kind=${said}`;
}

/** What is wrong with an answer in v1 to another request than the one that was sent; undefined: it answers that. */
export function otherUid(given: string, expected: string): string | undefined {
  return given === expected ? undefined : `expected response.uid=${JSON.stringify(expected)}, got ${JSON.stringify(given)}`;
}
