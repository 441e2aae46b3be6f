import type { KeyObject } from "node:crypto";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { hostname } from "node:os";
import { isIP } from "node:net";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { parseCidr } from "../object/ip.ts";
import { StartupError } from "../object/startup-error.ts";
import { AddressRange } from "../registry/service-network/address-range.ts";
import { prepareDirectory, readFileIfThere, readFlagFile, writeFileAtomically } from "./data-dir.ts";
import type { KeyPair, Subject, Validity } from "../x509/issue.ts";
import { issueAuthority, issueLeaf } from "../x509/issue.ts";

/** What a server and its first client need to know each other; everything is PEM. */
export interface Certificates {
  /** What the listener shows: the certificate, followed by what signed it, and its key. */
  readonly serving: PemPair;
  /** The generated CA, whose signature on a client certificate is proof. */
  readonly ownCa: string;
  /** What a client trusts in order to believe `serving`. */
  readonly servingCa: string;
  /** Client certificate of kubernetes-admin, group system:masters. */
  readonly admin: PemPair;
  /** A name that `serving` is valid for where it is not valid for the address; undefined where it is. */
  readonly serverName: string | undefined;
}

interface PemPair {
  readonly certificate: string;
  readonly key: string;
}

/** What of the configuration certificates depend on. */
export type CertificateConfig = Pick<
  Config,
  "bindAddress" | "advertiseAddress" | "externalHostname" | "certDir" | "servingFiles" | "serviceClusterIpRanges"
>;

const day = 24 * 60 * 60 * 1000;
/** A certificate is issued anew at the first start at which less than `renewBefore` is left, so a server can stay up that long. */
const authorityLife = { days: 3650, renewBefore: 1100 };
const leafLife = { days: 1095, renewBefore: 365 };
/** Clocks of clients may be behind. */
const backdated = 60 * 60 * 1000;

/**
 * Reads the certificates of a server, or makes those that are missing, unreadable, close to their end or without a name
 * that the configuration asks for. A new CA is made only where the old one cannot go on, since it ends every kubeconfig
 * that was given out. Throws StartupError where files cannot be read, written or understood.
 */
export async function prepareCertificates(config: CertificateConfig, now: Date): Promise<Certificates> {
  await prepareDirectory(config.certDir);
  const authority = await prepare(
    join(config.certDir, "ca"),
    (pair) => isUsable(pair, now, authorityLife) && pair.certificate.ca,
    () => issueAuthority(authoritySubject, lifeFrom(now, authorityLife)),
  );
  const issuer = { subject: authoritySubject, key: authority.key };
  const signed = (pair: ReadPair) => isUsable(pair, now, leafLife) && pair.certificate.verify(authority.certificate.publicKey);
  const names = servingNames(config);
  const [shown, admin] = await Promise.all([
    config.servingFiles === undefined
      ? prepare(
          join(config.certDir, "apiserver"),
          (pair) => signed(pair) && names.every((name) => isValidFor(pair.certificate, name)),
          () => issueLeaf(issuer, { commonName: "kube-apiserver" }, lifeFrom(now, leafLife), "serverAuth", names),
        )
      : readServingFiles(config.servingFiles),
    prepare(join(config.certDir, "admin"), signed, () => issueLeaf(issuer, adminSubject, lifeFrom(now, leafLife), "clientAuth", [])),
  ]);
  return {
    serving: shown.pem,
    ownCa: authority.pem.certificate,
    // A client that is handed the user's own certificate as a root believes it whoever signed it.
    servingCa: authority.pem.certificate + (config.servingFiles === undefined ? "" : shown.pem.certificate),
    admin: admin.pem,
    serverName: nameToAskFor(shown.certificate, clientAddress(config.bindAddress)),
  };
}

/** The address at which a client on this machine reaches a server that listens on `bindAddress`. */
export function clientAddress(bindAddress: string): string {
  if (bindAddress === "0.0.0.0") return "127.0.0.1";
  return bindAddress === "::" ? "::1" : bindAddress;
}

/** A pair as it was read from its files or just issued. */
interface ReadPair {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
  readonly pem: PemPair;
}

const authoritySubject: Subject = { commonName: "binnacle-ca" };
const adminSubject: Subject = { organizations: ["system:masters"], commonName: "kubernetes-admin" };

/** Host names and addresses by which the server is called, from outside and inside a cluster. */
function servingNames(config: CertificateConfig): readonly string[] {
  const serviceAddresses = config.serviceClusterIpRanges.map((range) => {
    const cidr = parseCidr(range);
    if (cidr === undefined) throw new StartupError(`${range} is no CIDR`, "correct --service-cluster-ip-range");
    return new AddressRange(cidr).first;
  });
  const local = hostname();
  const names = [
    "localhost",
    ...[local, config.externalHostname].filter((name) => isIP(name) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(name)),
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    "127.0.0.1",
    "::1",
    ...serviceAddresses,
    config.advertiseAddress,
    clientAddress(config.bindAddress),
  ];
  return [...new Set(names)];
}

/** Reads `<path>.crt` and `<path>.key`, and issues and writes them where they are not there or not usable. */
async function prepare(path: string, usable: (pair: ReadPair) => boolean, issue: () => KeyPair): Promise<ReadPair> {
  const [certificate, key] = await Promise.all([readFileIfThere(`${path}.crt`), readFileIfThere(`${path}.key`)]);
  const found = certificate === undefined || key === undefined ? undefined : readPair(certificate, key);
  if (found !== undefined && usable(found)) return found;
  const issued = issue();
  const pem = { certificate: issued.certificate, key: issued.key.export({ type: "pkcs8", format: "pem" }).toString() };
  await Promise.all([writeFileAtomically(`${path}.key`, pem.key, 0o600), writeFileAtomically(`${path}.crt`, pem.certificate, 0o644)]);
  return { certificate: new X509Certificate(issued.certificate), key: issued.key, pem };
}

/** Undefined where a file is damaged or the two do not belong together, as after a crash between their two writes. */
function readPair(certificate: string, key: string): ReadPair | undefined {
  try {
    const parsed = { certificate: new X509Certificate(certificate), key: createPrivateKey(key), pem: { certificate, key } };
    return parsed.certificate.checkPrivateKey(parsed.key) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isUsable(pair: ReadPair, now: Date, life: typeof leafLife): boolean {
  const from = Date.parse(pair.certificate.validFrom);
  const until = Date.parse(pair.certificate.validTo);
  return from <= now.getTime() && until - now.getTime() > life.renewBefore * day;
}

function isValidFor(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
}

function lifeFrom(now: Date, life: typeof leafLife): Validity {
  return { from: new Date(now.getTime() - backdated), until: new Date(now.getTime() + life.days * day) };
}

async function readServingFiles(files: NonNullable<Config["servingFiles"]>): Promise<ReadPair> {
  const certificate = await readFlagFile("tls-cert-file", files.certFile);
  const key = await readFlagFile("tls-private-key-file", files.keyFile);
  const pair = readPair(certificate, key);
  if (pair !== undefined) return pair;
  throw new StartupError(
    `${files.certFile} and ${files.keyFile} are not a certificate and its key`,
    "correct --tls-cert-file and --tls-private-key-file; both are PEM, the key without a passphrase",
  );
}

/** The certificates of a bundle in PEM, without what stands between them. */
export function certificateBlocks(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

/** The first DNS name of a certificate that is not valid for an address. */
function nameToAskFor(certificate: X509Certificate, address: string): string | undefined {
  if (isValidFor(certificate, address)) return undefined;
  return /(?:^|, )DNS:([^*,"]+)(?:,|$)/.exec(certificate.subjectAltName ?? "")?.[1];
}
