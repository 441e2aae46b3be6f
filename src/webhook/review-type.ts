/** Where the original decodes the answers of admission and conversion webhooks, as its messages say. */
export const REVIEW_SCHEME = "k8s.io/apiserver/pkg/util/webhook/client.go:71";

/** The group, version and kind of reviews that a webhook answers with. */
interface ReviewType {
  readonly group: string;
  readonly version: "v1" | "v1beta1";
  readonly kind: string;
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
  const other = ["v1", "v1beta1"].find((version) => apiVersion === `${wanted.group}/${version}`);
  if (kind === wanted.kind && other !== undefined)
    return `converting (${other}.${kind}) to (${wanted.version}.${kind}): unknown conversion`;
  return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme ${JSON.stringify(scheme)}`;
}
