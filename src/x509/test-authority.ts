import { issueAuthority, issueLeaf, type Usage } from "./issue.ts";

/** An authority for tests, and what it signs, in PEM. */
interface TestAuthority {
  readonly certificate: string;
  leaf(
    commonName: string,
    usage: Usage,
    names?: readonly string[],
    organizations?: readonly string[],
  ): { readonly cert: string; readonly key: string };
}

/** Makes one that is valid for an hour. */
export function testAuthority(commonName: string): TestAuthority {
  const validity = { from: new Date(Date.now() - 60_000), until: new Date(Date.now() + 3600_000) };
  const { certificate, key } = issueAuthority({ commonName }, validity);
  return {
    certificate,
    leaf(name, usage, names = [], organizations = []) {
      const made = issueLeaf({ subject: { commonName }, key }, { commonName: name, organizations }, validity, usage, names);
      return { cert: made.certificate, key: made.key.export({ type: "pkcs8", format: "pem" }).toString() };
    },
  };
}
