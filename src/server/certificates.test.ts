import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { TLSSocket } from "node:tls";
import { connect, createServer } from "node:tls";
import type { CertificateConfig, Certificates } from "./certificates.ts";
import { prepareCertificates } from "./certificates.ts";
import { kubeconfigText, writeKubeconfig } from "./kubeconfig.ts";

const now = new Date("2026-03-01T00:00:00Z");
const years = (count: number) => new Date(now.getTime() + count * 365 * 24 * 60 * 60 * 1000);

async function scratch(t: TestContext, changes: Partial<CertificateConfig> = {}): Promise<CertificateConfig> {
  const directory = await mkdtemp(join(tmpdir(), "certificates-"));
  t.after(() => rm(directory, { recursive: true }));
  return {
    bindAddress: "127.0.0.1",
    advertiseAddress: "192.0.2.7",
    externalHostname: "",
    certDir: join(directory, "pki"),
    servingFiles: undefined,
    serviceClusterIpRanges: ["10.0.0.0/24", "fd00::/108"],
    ...changes,
  };
}

const ca = (certificates: Certificates) => new X509Certificate(certificates.servingCa);
const serving = (certificates: Certificates) => new X509Certificate(certificates.serving.certificate);

test("the first start makes a CA, and a serving certificate for all names of the server", async (t) => {
  const certificates = await prepareCertificates(await scratch(t, { externalHostname: "api.example.org" }), now);
  const certificate = serving(certificates);
  assert.ok(certificate.verify(ca(certificates).publicKey));
  assert.ok(certificate.checkIssued(ca(certificates)));
  for (const name of ["localhost", "kubernetes", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "api.example.org"]) {
    assert.equal(certificate.checkHost(name), name);
  }
  for (const address of ["127.0.0.1", "::1", "10.0.0.1", "fd00::1", "192.0.2.7"]) assert.equal(certificate.checkIP(address), address);
  assert.equal(certificate.checkIP("10.0.0.2"), undefined);
  assert.ok(ca(certificates).ca);
  assert.ok(!certificate.ca);
});

test("keys and directory are their owner's only", async (t) => {
  const config = await scratch(t);
  await prepareCertificates(config, now);
  assert.equal((await stat(config.certDir)).mode & 0o777, 0o700);
  const files = await readdir(config.certDir);
  assert.deepEqual(files.toSorted(), ["admin.crt", "admin.key", "apiserver.crt", "apiserver.key", "ca.crt", "ca.key"]);
  for (const file of files) if (file.endsWith(".key")) assert.equal((await stat(join(config.certDir, file))).mode & 0o777, 0o600, file);
});

test("a later start reuses everything", async (t) => {
  const config = await scratch(t);
  const first = await prepareCertificates(config, now);
  assert.deepEqual(await prepareCertificates(config, years(1)), first);
});

test("the serving certificate is issued anew for a new name, by the same CA", async (t) => {
  const config = await scratch(t);
  const first = await prepareCertificates(config, now);
  const second = await prepareCertificates({ ...config, externalHostname: "api.example.org" }, now);
  assert.notEqual(second.serving.certificate, first.serving.certificate);
  assert.equal(second.servingCa, first.servingCa);
  assert.deepEqual(second.admin, first.admin);
});

test("leaves are renewed a year before they end, the CA before its leaves would outlive it", async (t) => {
  const config = await scratch(t);
  const first = await prepareCertificates(config, now);
  const later = await prepareCertificates(config, years(2.1));
  assert.notEqual(later.admin.certificate, first.admin.certificate);
  assert.notEqual(later.serving.certificate, first.serving.certificate);
  assert.equal(later.servingCa, first.servingCa);
  const muchLater = await prepareCertificates(config, years(7.5));
  assert.notEqual(muchLater.servingCa, first.servingCa);
  assert.ok(serving(muchLater).verify(ca(muchLater).publicKey));
});

test("a damaged or foreign file is replaced", async (t) => {
  const config = await scratch(t);
  const first = await prepareCertificates(config, now);
  await truncate(join(config.certDir, "admin.crt"), 40);
  await writeFile(join(config.certDir, "apiserver.key"), await readFile(join(config.certDir, "ca.key")));
  const second = await prepareCertificates(config, now);
  assert.equal(second.servingCa, first.servingCa);
  assert.ok(new X509Certificate(second.admin.certificate).verify(ca(second).publicKey));
  assert.notEqual(second.serving.certificate, first.serving.certificate);
});

test("client and server believe each other over TLS, and the server reads who the client is", async (t) => {
  const certificates = await prepareCertificates(await scratch(t), new Date());
  const server = createServer({
    cert: certificates.serving.certificate,
    key: certificates.serving.key,
    ca: certificates.ownCa,
    requestCert: true,
    rejectUnauthorized: true,
  });
  t.after(() => server.close());
  const peer = new Promise<TLSSocket>((resolve) => server.once("secureConnection", resolve));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const client = connect({
    host: "127.0.0.1",
    port: address.port,
    ca: certificates.servingCa,
    cert: certificates.admin.certificate,
    key: certificates.admin.key,
  });
  t.after(() => client.destroy());
  await new Promise((resolve, reject) => client.once("secureConnect", resolve).once("error", reject));
  const { subject } = (await peer).getPeerCertificate();
  assert.deepEqual({ ...subject }, { O: "system:masters", CN: "kubernetes-admin" });
  (await peer).destroy();
});

test("the user's own serving certificate is shown, trusted in the kubeconfig and asked for by its name", async (t) => {
  const other = await scratch(t, { externalHostname: "api.example.org" });
  await prepareCertificates(other, now);
  const files = { certFile: join(other.certDir, "apiserver.crt"), keyFile: join(other.certDir, "apiserver.key") };
  const config = await scratch(t, { servingFiles: files, bindAddress: "203.0.113.9" });
  const certificates = await prepareCertificates(config, now);
  assert.equal(certificates.serving.certificate, await readFile(files.certFile, "utf8"));
  assert.ok(certificates.servingCa.endsWith(certificates.serving.certificate));
  assert.equal(certificates.serverName, "localhost");
  assert.match(kubeconfigText("https://203.0.113.9:6443", certificates), /tls-server-name: "localhost"/);
});

test("files that flags name and that are not there or not PEM are startup faults that name the flag", async (t) => {
  const config = await scratch(t);
  await prepareCertificates(config, now);
  const missing = { certFile: "/nowhere/tls.crt", keyFile: "/nowhere/tls.key" };
  await assert.rejects(
    prepareCertificates({ ...config, servingFiles: missing }, now),
    /--tls-cert-file: there is no file \/nowhere\/tls.crt/,
  );
});

test("the kubeconfig is its owner's only and written only when it changes", async (t) => {
  const config = await scratch(t);
  const certificates = await prepareCertificates(config, now);
  const path = join(config.certDir, "admin.kubeconfig");
  await writeKubeconfig(path, "https://127.0.0.1:6443", certificates);
  const first = await stat(path);
  assert.equal(first.mode & 0o777, 0o600);
  await writeKubeconfig(path, "https://127.0.0.1:6443", certificates);
  assert.equal((await stat(path)).ino, first.ino);
  await writeKubeconfig(path, "https://127.0.0.1:6444", certificates);
  assert.match(await readFile(path, "utf8"), /server: https:\/\/127.0.0.1:6444\n/);
});
