import { X509Certificate } from "node:crypto";
import type { UserInfo } from "../request/context.ts";
import { BadCredential, CREDENTIAL_ID, type Authenticator } from "./authenticator.ts";

/** Extended key usage of certificates that identify clients (RFC 5280, 4.2.1.12). */
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const ANY_USAGE = "2.5.29.37.0";
/** The part of a subject that is the uid of a user. */
const USER_ID = "1.3.6.1.4.1.57683.2";
/** Certificates between the client's own and an authority's that are followed. */
const LONGEST_CHAIN = 8;

/** A certificate that was looked at: what it says, and when it is valid. */
interface CheckedCertificate<T> {
  readonly value: T;
  readonly from: number;
  readonly until: number;
}

/**
 * Checks certificates against authorities: signed by one of them, meant for clients, valid now. What was found is kept
 * for as long as the connection holds its certificate and the authorities are the same. Errors of the result:
 * BadCredential.
 */
export function certificateCheck<T>(
  authorities: () => readonly X509Certificate[],
  clock: () => number,
  read: (certificate: X509Certificate) => T,
): (certificate: X509Certificate) => T {
  let known = new WeakMap<X509Certificate, CheckedCertificate<T>>();
  let trusted: readonly X509Certificate[] | undefined;
  return (certificate) => {
    const current = authorities();
    if (current !== trusted) {
      trusted = current;
      known = new WeakMap();
    }
    let found = known.get(certificate);
    if (found === undefined) {
      const usages = certificate.keyUsage;
      if (usages !== undefined && !usages.includes(CLIENT_AUTH) && !usages.includes(ANY_USAGE))
        throw new BadCredential("x509: certificate specifies an incompatible key usage");
      const chain = chainTo(current, certificate);
      if (chain === undefined) throw new BadCredential("x509: certificate signed by unknown authority");
      found = {
        value: read(certificate),
        from: Math.max(...chain.map(({ validFrom }) => Date.parse(validFrom))),
        until: Math.min(...chain.map(({ validTo }) => Date.parse(validTo))),
      };
      known.set(certificate, found);
    }
    const now = clock();
    if (now < found.from || now > found.until) throw new BadCredential("x509: certificate has expired or is not yet valid");
    return found.value;
  };
}

/** The way from a certificate to one of the authorities, through those that the client sent along (RFC 5280, 6.1). */
function chainTo(authorities: readonly X509Certificate[], leaf: X509Certificate): readonly X509Certificate[] | undefined {
  const chain = [leaf];
  for (let last = leaf; chain.length <= LONGEST_CHAIN;) {
    const root = authorities.find((authority) => isIssuedBy(last, authority));
    if (root !== undefined) return [...chain, root];
    const next = last.issuerCertificate;
    if (next === undefined || !next.ca || !isIssuedBy(last, next)) return undefined;
    chain.push(next);
    last = next;
  }
  return undefined;
}

function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

/**
 * Client certificates signed by one of the authorities in force: common name → user, organizations → groups; one without
 * a common name says nothing. Errors: BadCredential for a certificate of another CA, outside its time, not meant for
 * clients, or with more than one uid.
 */
export function certificateAuthenticator(authorities: () => readonly X509Certificate[], clock: () => number): Authenticator {
  const check = certificateCheck(authorities, clock, userOf);
  return ({ peer: { certificate } }) => (certificate === undefined ? undefined : check(certificate));
}

/** The parts of a subject's name that may stand several times. */
interface SubjectParts {
  readonly CN?: string | string[];
  readonly O?: string | string[];
  readonly [USER_ID]?: string | string[];
}

function userOf(certificate: X509Certificate): UserInfo | undefined {
  const { CN, O, [USER_ID]: uids } = certificate.toLegacyObject().subject as unknown as SubjectParts;
  const name = list(CN).at(-1) ?? "";
  if (name === "") return undefined;
  const [uid, ...more] = list(uids);
  if (more.length > 0) throw new BadCredential(`expected 1 UID, but found multiple: [${list(uids).join(" ")}]`);
  if (uid === "") throw new BadCredential("UID cannot be an empty string");
  const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  return { name, ...(uid === undefined ? {} : { uid }), groups: list(O), extra: new Map([[CREDENTIAL_ID, [`X509SHA256=${fingerprint}`]]]) };
}

/** The common name of a certificate's subject, "" where it has none. */
export function commonNameOf(certificate: X509Certificate): string {
  return list((certificate.toLegacyObject().subject as unknown as SubjectParts).CN).at(-1) ?? "";
}

function list(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** The certificates in a PEM bundle. */
export function certificatesIn(pem: string): X509Certificate[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).map((block) => new X509Certificate(block));
}
