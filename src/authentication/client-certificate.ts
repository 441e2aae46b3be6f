import { X509Certificate } from "node:crypto";
import { unauthorized } from "../object/status.ts";
import type { UserInfo } from "../request/context.ts";
import type { Authenticator } from "./authenticator.ts";

/** Extended key usage of certificates that identify clients (RFC 5280, 4.2.1.12). */
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

/**
 * Client certificates signed by one of the given CAs: common name → user, organizations → groups. A certificate of
 * another CA, outside its time or not meant for clients is a bad credential: 401. What was found is kept for as long
 * as the connection holds its certificate.
 */
export function certificateAuthenticator(authorities: readonly X509Certificate[], clock: () => number): Authenticator {
  const known = new WeakMap<X509Certificate, { readonly user: UserInfo; readonly from: number; readonly until: number }>();
  return ({ peer: { certificate } }) => {
    if (certificate === undefined) return undefined;
    let found = known.get(certificate);
    if (found === undefined) {
      const usable = certificate.keyUsage === undefined || certificate.keyUsage.includes(CLIENT_AUTH);
      const signed = authorities.some((authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey));
      if (!usable || !signed) throw unauthorized();
      found = { user: userOf(certificate), from: Date.parse(certificate.validFrom), until: Date.parse(certificate.validTo) };
      known.set(certificate, found);
    }
    const now = clock();
    if (now < found.from || now > found.until) throw unauthorized();
    return found.user;
  };
}

function userOf(certificate: X509Certificate): UserInfo {
  const { subject } = certificate.toLegacyObject();
  const { CN: name, O: organizations } = subject as unknown as { readonly CN?: string | string[]; readonly O?: string | string[] };
  const user = Array.isArray(name) ? name.at(-1) : name;
  if (user === undefined) throw unauthorized();
  return { name: user, groups: organizations === undefined ? [] : Array.isArray(organizations) ? organizations : [organizations] };
}

/** The certificates in a PEM bundle. */
export function certificatesIn(pem: string): X509Certificate[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).map((block) => new X509Certificate(block));
}
