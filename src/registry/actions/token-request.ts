import { timestamp } from "../../object/timestamp.ts";
import { tokenClaims, type BoundObject } from "../../authentication/service-account/claims.ts";
import type { ObjectLookup } from "../../authentication/service-account/account-token.ts";
import type { AccountKeySource } from "../../authentication/service-account/keys.ts";
import { signJwt } from "../../authentication/jwt.ts";
import { invalidField, type FieldError } from "../../object/field-error.ts";
import { getOwn, isObject, copyJson, structIn, type JsonObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { parseGroupVersion, type KubeObject } from "../../object/kube-object.ts";
import { randomUid } from "../../object/names-generator.ts";
import { quoteText } from "../../object/quote.ts";
import { numberIn, objectIn, stringIn, stringsIn } from "../../object/read.ts";
import { badRequest, conflict, invalid, notFound } from "../../object/status.ts";
import type { Action } from "../actions.ts";
import { warn } from "../write.ts";
import { actionAttributes } from "./action-body.ts";
import { readOwnedBody } from "./owned-body.ts";

/** How service account tokens are issued here. */
export interface TokenIssuer {
  readonly keys: AccountKeySource;
  readonly issuer: string;
  readonly apiAudiences: readonly string[];
  /** Seconds that a token may live at most; 0: as long as is asked [--service-account-max-token-expiration]. */
  readonly maxSeconds: number;
  /** Tokens of pods live longer than is asked, and warn after it [--service-account-extend-token-expiration]. */
  readonly extend: boolean;
  readonly lookup: ObjectLookup;
}

const TOKEN_REQUEST = { group: "authentication.k8s.io", kind: "TokenRequest" };
const DEFAULT_SECONDS = 3600;
const LEAST_SECONDS = 600;
const MOST_SECONDS = 2 ** 32;
/** What the kubelet and admission ask for pods' tokens, and only they: the lifetime that is extended (KEP-1205). */
const EXTENDED_FROM_SECONDS = 3607;
const EXTENDED_SECONDS = 365 * 24 * 60 * 60;

/** Issues a token of the service account that the URL names (authentication.k8s.io/v1 TokenRequest). */
export function tokenRequest(issuer: TokenIssuer): Action {
  return async (write, body, format) => {
    const { registry, endpoint, strategyContext, context } = write;
    const { namespace, name } = endpoint;
    const request = readOwnedBody(write, body, format, defaultLifetime);
    const attributes = actionAttributes(write, request);
    await registry.admission.mutate(attributes);
    const given = request.metadata.name ?? "";
    if (given !== "" && given !== name)
      throw invalid(TOKEN_REQUEST, name, [invalidField("metadata.name", given, "must match the service account name if specified")]);
    const account = await issuer.lookup("serviceaccounts", namespace, name);
    if (account === undefined) throw notFound({ group: "", plural: "serviceaccounts" }, name);

    const spec = structIn(request, "spec");
    if (stringsIn(spec, "audiences").length === 0) spec["audiences"] = [...issuer.apiAudiences];
    const { managedFields, ...metadata } = request.metadata;
    request.metadata = {
      ...metadata,
      name,
      namespace,
      uid: randomUid(registry.randomBytes),
      creationTimestamp: strategyContext.now,
      ...(managedFields === undefined ? {} : { managedFields }),
    };
    request["status"] = { token: "", expirationTimestamp: null };
    const faults = lifetimeFaults(getOwn(spec, "expirationSeconds"));
    if (faults.length > 0) throw invalid(TOKEN_REQUEST, "", faults);
    await registry.admission.validate(attributes);
    let seconds = numberIn(spec, "expirationSeconds");
    const audiences = stringsIn(spec, "audiences");
    const reference = getOwn(spec, "boundObjectRef");
    const bound = isObject(reference) ? await findBound(reference, name, namespace, issuer.lookup) : undefined;
    if (issuer.maxSeconds > 0 && seconds > issuer.maxSeconds) {
      warn(write, `requested expiration of ${seconds} seconds shortened to ${issuer.maxSeconds} seconds`);
      seconds = issuer.maxSeconds;
    }
    const extended =
      issuer.extend &&
      bound?.pod !== undefined &&
      seconds === EXTENDED_FROM_SECONDS &&
      audiences.every((audience) => issuer.apiAudiences.includes(audience));

    const issuedAt = Math.floor(registry.clock() / 1000);
    const tokenId = randomUid(registry.randomBytes);
    const claims = tokenClaims({
      issuer: issuer.issuer,
      audiences,
      namespace,
      account: { name, uid: account.metadata.uid ?? "" },
      pod: bound?.pod,
      secret: bound?.secret,
      node: bound?.node,
      issuedAt,
      lifetime: extended ? EXTENDED_SECONDS : seconds,
      warnAfter: extended ? issuedAt + seconds : undefined,
      tokenId,
    });
    const token = signJwt(claims, (await issuer.keys()).signing);
    context.annotations.set("authentication.kubernetes.io/issued-credential-id", `JTI=${tokenId}`);
    return {
      status: 201,
      value: {
        kind: request.kind,
        apiVersion: request.apiVersion,
        metadata: request.metadata,
        spec: {
          audiences: [...audiences],
          expirationSeconds: seconds,
          boundObjectRef: isObject(reference) ? (copyJson(reference) as JsonObject) : null,
        },
        status: { token, expirationTimestamp: timestamp((issuedAt + seconds) * 1000) },
      },
    };
  };
}

function defaultLifetime(request: KubeObject): void {
  structIn(request, "spec")["expirationSeconds"] ??= DEFAULT_SECONDS;
}

function lifetimeFaults(seconds: ReadonlyJson | undefined): FieldError[] {
  const field = "spec.expirationSeconds";
  if (typeof seconds !== "number" && typeof seconds !== "bigint") return [];
  if (seconds < LEAST_SECONDS) return [invalidField(field, seconds, "may not specify a duration less than 10 minutes")];
  if (seconds > MOST_SECONDS) return [invalidField(field, seconds, "may not specify a duration larger than 2^32 seconds")];
  return [];
}

/** What a token is bound to. */
interface Bound {
  readonly pod?: BoundObject;
  readonly secret?: BoundObject;
  readonly node?: { readonly name: string; readonly uid?: string };
}

const BINDABLE: ReadonlyMap<string, string> = new Map([
  ["Pod", "pods"],
  ["Node", "nodes"],
  ["Secret", "secrets"],
]);

/** Errors: StatusError 400 for what no token can be bound to, 404, 409 where the object is another one by now. */
async function findBound(reference: ReadonlyJsonObject, account: string, namespace: string, lookup: ObjectLookup): Promise<Bound> {
  const kind = stringIn(reference, "kind");
  const name = stringIn(reference, "name");
  const uid = stringIn(reference, "uid");
  const { group, version } = parseGroupVersion(stringIn(reference, "apiVersion")) ?? { group: "", version: "" };
  const plural = group === "" ? BINDABLE.get(kind) : undefined;
  if (plural === undefined) throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  if (name === "") throw badRequest("Name parameter required.");
  const found = await lookup(plural, kind === "Node" ? "" : namespace, name);
  if (found === undefined) throw notFound({ group: "", plural }, name);
  const object = { name, uid: found.metadata.uid ?? "" };
  const bound: Bound = kind === "Pod" ? await boundToPod(found, object, account, lookup) : { [kind.toLowerCase()]: object };
  if (uid !== "" && uid !== object.uid)
    throw conflict(
      { group, plural: kind },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  return bound;
}

/** A pod's token says on which node the pod runs too (KEP-4193). */
async function boundToPod(pod: KubeObject, object: BoundObject, account: string, lookup: ObjectLookup): Promise<Bound> {
  const spec: ReadonlyJsonObject = objectIn(pod, "spec");
  if (stringIn(spec, "serviceAccountName") !== account)
    throw badRequest(`cannot bind token for serviceaccount ${quoteText(account)} to pod running with different serviceaccount name.`);
  const nodeName = stringIn(spec, "nodeName");
  if (nodeName === "") return { pod: object };
  const uid = (await lookup("nodes", "", nodeName))?.metadata.uid;
  return { pod: object, node: { name: nodeName, ...(uid === undefined ? {} : { uid }) } };
}
