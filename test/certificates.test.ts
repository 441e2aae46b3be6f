import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { prepareCertificates } from "../src/server/certificates.ts";
import { needs } from "./programs.ts";

test("openssl verifies the certificates by its strictest rules", needs("openssl"), async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "certificates-"));
  t.after(() => rm(directory, { recursive: true }));
  await prepareCertificates(
    {
      bindAddress: "127.0.0.1",
      advertiseAddress: "192.0.2.7",
      externalHostname: "",
      certDir: directory,
      servingFiles: undefined,
      serviceClusterIpRanges: ["10.0.0.0/24"],
    },
    new Date(),
  );
  const verify = (file: string, ...more: string[]) =>
    execFileSync("openssl", ["verify", "-x509_strict", "-CAfile", join(directory, "ca.crt"), ...more, join(directory, file)], {
      encoding: "utf8",
    });
  assert.match(verify("apiserver.crt", "-purpose", "sslserver", "-verify_ip", "10.0.0.1"), /: OK/);
  assert.match(verify("apiserver.crt", "-purpose", "sslserver", "-verify_hostname", "kubernetes.default.svc"), /: OK/);
  assert.match(verify("admin.crt", "-purpose", "sslclient"), /: OK/);
  assert.match(verify("ca.crt"), /: OK/);
});
