import { forbiddenField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { humanDuration } from "../../object/duration.ts";
import { getOwn, setOwn, structIn, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { pathSegmentName } from "../../object/names.ts";
import { isSet, numberIn, objectIn, stringIn, stringsIn } from "../../object/read.ts";
import { distinct } from "../../validation/lists.ts";
import { isCertificate } from "../../x509/certificates.ts";
import { certificateRequestFault } from "../../x509/certificate-request.ts";
import { readPem } from "../../x509/pem.ts";
import type { KindBehaviour, StrategyContext } from "../definition.ts";
import { restore } from "../keep-old.ts";
import { specAt } from "../spec-and-status.ts";
import { conditionChangeFaults, conditionFaults, conditionsOf, keepApprovals, stampConditions } from "./conditions.ts";
import { signerName } from "./signer-name.ts";

const LEGACY_SIGNER = "kubernetes.io/legacy-unknown";
const MIN_SECONDS = 600;

/** What a certificate may be asked for. */
const USAGES = [
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
];

const certificateAt = FieldPath.root.child("status").child("certificate");

function requestFaults(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const own = objectIn(object, "spec");
  const wrong = pemRequestFault(stringIn(own, "request"));
  if (wrong !== undefined) faults.push(invalidField(specAt.child("request"), getOwn(own, "request") ?? null, wrong));
  const usages = stringsIn(own, "usages");
  const place = specAt.child("usages");
  if (usages.length === 0) faults.push(requiredField(place));
  usages.forEach((usage, i) => {
    if (!USAGES.includes(usage)) faults.push(notSupportedField(place.index(i), usage, USAGES));
  });
  distinct(usages, place, faults, undefined);
  const signer = stringIn(own, "signerName");
  if (signer === LEGACY_SIGNER) {
    faults.push(invalidField(specAt.child("signerName"), signer, "the legacy signerName is not allowed via this API version"));
  } else signerName(signer, specAt.child("signerName"), faults, undefined);
  const seconds = numberIn(own, "expirationSeconds");
  if (isSet(own, "expirationSeconds") && seconds < MIN_SECONDS) {
    const detail = `may not specify a duration less than ${MIN_SECONDS} seconds (10 minutes)`;
    faults.push(invalidField(specAt.child("expirationSeconds"), seconds, detail));
  }
  faults.push(...conditionFaults(object));
  const certificate = certificateFault(certificateOf(object));
  if (certificate !== undefined) faults.push(invalidField(certificateAt, "<certificate data>", certificate));
  return faults;
}

function pemRequestFault(base64: string): string | undefined {
  const block = readPem(Buffer.from(base64, "base64").toString("latin1"));
  if (block?.type !== "CERTIFICATE REQUEST") return "PEM block type must be CERTIFICATE REQUEST";
  return certificateRequestFault(block.bytes);
}

function certificateOf(object: KubeObject): string {
  return stringIn(objectIn(object, "status"), "certificate");
}

/** Most blocks of a chain that are looked at. */
const MAX_CERTIFICATES = 1000;

/** What is wrong with an issued certificate: PEM blocks of certificates, at least one. */
function certificateFault(base64: string): string | undefined {
  if (base64 === "") return undefined;
  let text = Buffer.from(base64, "base64").toString("latin1");
  let blocks = 0;
  while (blocks < MAX_CERTIFICATES) {
    const block = readPem(text);
    if (block === undefined) break;
    if (block.type !== "CERTIFICATE") return `only CERTIFICATE PEM blocks are allowed, found "${block.type}"`;
    if (block.headers) return "no PEM block headers are permitted";
    if (block.bytes.length === 0) return "found CERTIFICATE PEM block containing 0 certificates";
    if (!isCertificate(block.bytes)) return "x509: malformed certificate";
    blocks++;
    text = block.rest;
  }
  return blocks === 0 ? "must contain at least one CERTIFICATE PEM block" : undefined;
}

/** What a door lets through beside what every door does. */
interface Door {
  readonly approving: boolean;
  readonly issuing: boolean;
}

function updateFaults(object: KubeObject, old: KubeObject, { approving, issuing }: Door): FieldError[] {
  const faults = [...requestFaults(object), ...conditionChangeFaults(object, old, approving)];
  if (certificateOf(object) === certificateOf(old)) return faults;
  if (!issuing) faults.push(forbiddenField(certificateAt, "updates may not set certificate content"));
  else if (certificateOf(old) !== "") faults.push(forbiddenField(certificateAt, "updates may not modify existing certificate content"));
  return faults;
}

/** Who asks is who is signed in, whatever the request says (KEP-1513). */
function prepareForCreate(object: KubeObject, { user }: StrategyContext): void {
  const own = structIn(object, "spec");
  for (const name of ["username", "uid", "groups", "extra"]) delete own[name];
  if (user.name !== "") own["username"] = user.name;
  if (user.uid !== undefined && user.uid !== "") own["uid"] = user.uid;
  if (user.groups.length > 0) own["groups"] = [...user.groups];
  if (user.extra === undefined || user.extra.size === 0) return;
  const extra: JsonObject = {};
  for (const [key, values] of user.extra) setOwn(extra, key, [...values]);
  own["extra"] = extra;
}

function condition(object: KubeObject): string {
  const types = new Set(conditionsOf(object).map((one) => stringIn(one, "type")));
  const decision = types.has("Denied") ? "Denied" : types.has("Approved") ? "Approved" : "Pending";
  return `${decision}${types.has("Failed") ? ",Failed" : ""}${certificateOf(object) === "" ? "" : ",Issued"}`;
}

/** What CertificateSigningRequests do beyond the tables. */
export const certificateSigningRequest: KindBehaviour = {
  strategy: {
    nameRule: pathSegmentName,
    prepareForCreate,
    validate: requestFaults,
    validateUpdate: (object, old) => updateFaults(object, old, { approving: false, issuing: false }),
  },
  subresources: {
    approval: {
      prepareForUpdate: (object, old, { now }) => {
        restore(object, old, "spec");
        restore(structIn(object, "status"), objectIn(old, "status"), "certificate");
        stampConditions(object, old, now);
      },
      validateUpdate: (object, old) => updateFaults(object, old, { approving: true, issuing: false }),
    },
    status: {
      prepareForUpdate: (object, old, { now }) => {
        restore(object, old, "spec");
        keepApprovals(object, old);
        stampConditions(object, old, now);
      },
      validateUpdate: (object, old) => updateFaults(object, old, { approving: false, issuing: true }),
    },
  },
  cells: {
    SignerName: (object) => stringIn(objectIn(object, "spec"), "signerName") || "<none>",
    Requestor: (object) => stringIn(objectIn(object, "spec"), "username"),
    RequestedDuration: (object) => {
      const own = objectIn(object, "spec");
      return isSet(own, "expirationSeconds") ? humanDuration(numberIn(own, "expirationSeconds") * 1000) : "<none>";
    },
    Condition: condition,
  },
};
