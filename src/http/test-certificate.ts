import { issueAuthority, issueLeaf } from "../x509/issue.ts";

/** A key pair in PEM, for tests and benchmarks. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate for localhost and a client of that name, which is valid for a day and which nobody trusts. */
export function testCertificate(commonName = "localhost"): TestCertificate {
  const validity = { from: new Date(Date.now() - 60_000), until: new Date(Date.now() + 24 * 3600_000) };
  const issuer = { subject: { commonName: "test-ca" }, key: issueAuthority({ commonName: "test-ca" }, validity).key };
  const { certificate, key } = issueLeaf(issuer, { commonName }, validity, "serverAuth", ["localhost"]);
  return { cert: certificate, key: key.export({ type: "pkcs8", format: "pem" }).toString() };
}
