import { isIP } from "node:net";
import { join } from "node:path";
import { firstOfCidr, formatCidr, isMappedIp, parseCidr, sizeOfCidr } from "../object/ip.ts";
import { admissionPluginNames, admissionPlugins } from "./admission-plugins.ts";
import { auditFrom, type AuditConfig } from "./audit.ts";
import { authenticationFrom, type AuthenticationConfig } from "./authentication.ts";
import { readFeatureGates } from "./feature-gates.ts";
import { etcdFrom, etcdTimeoutsFrom, storageBackendFrom, type EtcdConfig, type EtcdTimeouts } from "./etcd.ts";
import type { PortRange } from "./flag.ts";
import type { FlagValues } from "./flags.ts";
import { keyPairFrom, type KeyPairFiles } from "./key-pair.ts";
import { UsageError } from "./usage-error.ts";

/** Where a server keeps its objects. */
export type StorageBackend = "lmdb" | "memory" | "etcd3";

/** lease: the servers that live; master-count: as many as are said to be there; none: somebody else. */
type EndpointReconcilerType = "lease" | "master-count" | "none";

/** All that a server is told before it starts; every member is set. The flag in brackets says more. */
export interface Config {
  /** Address to listen on [--bind-address]. */
  readonly bindAddress: string;
  /** Port to listen on; 0 takes any free one [--secure-port]. */
  readonly port: number;
  /** Networks in canonical form whose clients may connect; empty for everybody [--allow-client-cidrs]. */
  readonly allowClientCidrs: readonly string[];
  /** Where members of the cluster reach this server: the endpoints of default/kubernetes [--advertise-address]. */
  readonly advertiseAddress: string;
  /** A host name for the serving certificate besides the usual ones; "" for none [--external-hostname]. */
  readonly externalHostname: string;
  /** Directory of the store and admin.kubeconfig, absolute or relative to the working directory [--data-dir]. */
  readonly dataDir: string;
  readonly storageBackend: StorageBackend;
  /** In which form values of built-in kinds are written [--storage-media-type]. */
  readonly storedAs: "json" | "protobuf";
  readonly etcd: EtcdConfig;
  readonly etcdTimeouts: EtcdTimeouts;
  /** Bytes at which the store refuses writes [--data-quota]. */
  readonly dataQuota: number;
  /** Milliseconds between compactions, each forgetting what is older than one interval; 0 for none [--etcd-compaction-interval]. */
  readonly compactionInterval: number;
  /** Directory of generated certificates and keys [--cert-dir]. */
  readonly certDir: string;
  /** The user's own serving certificate and key; undefined where they are generated [--tls-cert-file]. */
  readonly servingFiles: KeyPairFiles | undefined;
  readonly tlsMinVersion: "TLSv1.2" | "TLSv1.3";
  /** PEM file of CAs for client certificates besides the generated one; "" for none [--client-ca-file]. */
  readonly clientCaFile: string;
  /** CSV file of static tokens; "" for none [--token-auth-file]. */
  readonly tokenAuthFile: string;
  readonly anonymousAuth: boolean;
  /** File that configures the authorizers; "": the modes do [--authorization-config]. */
  readonly authorizationConfig: string;
  readonly authorizationModes: readonly string[];
  /** Policy of the mode ABAC; "" where it is not among the modes [--authorization-policy-file]. */
  readonly authorizationPolicyFile: string;
  readonly authorizationWebhook: AuthorizationWebhook;
  /** Reviews of one's own access say which rule decided, or what came nearest [--explain-access]. */
  readonly explainAccess: boolean;
  /** Admission plugins asked for and turned off besides the defaults [--enable-admission-plugins]. */
  readonly enableAdmissionPlugins: readonly string[];
  readonly disableAdmissionPlugins: readonly string[];
  /** File with what plugins are told; "" for none [--admission-control-config-file]. */
  readonly admissionConfigFile: string;
  /** Seconds that pods stay on a node that is not ready or not reached [--default-not-ready-toleration-seconds]. */
  readonly tolerationSeconds: { readonly notReady: number; readonly unreachable: number };
  readonly allowPrivileged: boolean;
  readonly authentication: AuthenticationConfig;
  readonly audit: AuditConfig;
  /** One or two networks, in canonical form; the first is the primary one [--service-cluster-ip-range]. */
  readonly serviceClusterIpRanges: readonly string[];
  readonly serviceNodePortRange: PortRange;
  /** Milliseconds that an Event lives [--event-ttl]. */
  readonly eventTtl: number;
  /** Calls of services go to their endpoints, not to their cluster IPs [--enable-aggregator-routing]. */
  readonly enableAggregatorRouting: boolean;
  /** Who keeps the endpoints of default/kubernetes [--endpoint-reconciler-type]. */
  readonly endpointReconcilerType: EndpointReconcilerType;
  /** How many servers there are; for the reconciler master-count [--apiserver-count]. */
  readonly apiServerCount: number;
  /** Whether redirects of aggregated API servers are refused, and not passed on to clients [--aggregator-reject-forwarding-redirect]. */
  readonly rejectForwardingRedirects: boolean;
  /** By which this server proves to aggregated API servers that it is their proxy; undefined for none [--proxy-client-cert-file]. */
  readonly proxyClientFiles: KeyPairFiles | undefined;
  /** Names of loops to run inside the server [--controllers]. */
  readonly controllers: readonly string[];
  readonly limits: Limits;
}

/** The webhook of the mode Webhook [--authorization-webhook-config-file]. */
export interface AuthorizationWebhook {
  /** Its kubeconfig; "" where it is not among the modes. */
  readonly configFile: string;
  readonly version: "v1" | "v1beta1";
  /** How long a yes, and anything else, is remembered, in milliseconds. */
  readonly authorizedTtl: number;
  readonly unauthorizedTtl: number;
}

/** What one request or connection may take. Times in milliseconds. */
export interface Limits {
  /** How long a request other than a watch may take [--request-timeout]. */
  readonly requestTimeout: number;
  /** How long a watch lasts at least where it names no time; at most twice as long [--min-request-timeout]. */
  readonly minRequestTimeout: number;
  /** Open streams of one HTTP/2 connection [--http2-max-streams-per-connection]. */
  readonly streamsPerConnection: number;
}

/** What the machine says: handed in, so that a Config never depends on where it is made. */
export interface Surroundings {
  /** The user's directory for state: the parent of the default data directory. */
  readonly stateDirectory: string;
  /** Addresses of this machine's network, without loopback. */
  readonly addresses: readonly string[];
}

/** Go's HTTP/2 server in kube-apiserver allows 250 streams, which bounds what one client can have going. */
const defaultStreamsPerConnection = 250;

/**
 * Makes the Config of a server from the values of its flags. Throws UsageError where they do not fit together or ask for
 * what does not exist; tells `warn` of what is taken and has no effect yet.
 */
export function configFrom(values: FlagValues, surroundings: Surroundings, warn: (warning: string) => void): Config {
  checkFeatureGates(values["feature-gates"], warn);
  checkRuntimeConfig(values["runtime-config"]);
  checkAuthorizationModes(values);
  for (const flag of ["enable-admission-plugins", "disable-admission-plugins"] as const) {
    const missing = values[flag].filter((name) => admissionPlugins.get(name)?.status === "missing");
    if (missing.length > 0) warn(`--${flag} changes nothing yet for ${missing.join(", ")}, not built here so far`);
  }
  const dataDir = values["data-dir"] || join(surroundings.stateDirectory, "binnacle");
  const bindAddress = values["bind-address"];
  return {
    bindAddress,
    port: values["secure-port"],
    allowClientCidrs: values["allow-client-cidrs"].map(clientNetworkFrom),
    advertiseAddress: values["advertise-address"] || defaultAdvertiseAddress(bindAddress, surroundings),
    externalHostname: values["external-hostname"],
    dataDir,
    storageBackend: storageBackendFrom(values),
    storedAs: values["storage-media-type"] === "application/json" ? "json" : "protobuf",
    etcd: etcdFrom(values),
    etcdTimeouts: etcdTimeoutsFrom(values),
    dataQuota: values["data-quota"],
    compactionInterval: values["etcd-compaction-interval"],
    certDir: values["cert-dir"] || join(dataDir, "pki"),
    servingFiles: keyPairFrom(values, "tls-cert-file", "tls-private-key-file"),
    tlsMinVersion: values["tls-min-version"] === "VersionTLS13" ? "TLSv1.3" : "TLSv1.2",
    clientCaFile: values["client-ca-file"],
    tokenAuthFile: values["token-auth-file"],
    anonymousAuth: values["anonymous-auth"],
    authorizationConfig: values["authorization-config"],
    authorizationModes: values["authorization-mode"],
    authorizationPolicyFile: values["authorization-policy-file"],
    explainAccess: values["explain-access"],
    authorizationWebhook: {
      configFile: values["authorization-webhook-config-file"],
      version: values["authorization-webhook-version"] === "v1" ? "v1" : "v1beta1",
      authorizedTtl: values["authorization-webhook-cache-authorized-ttl"],
      unauthorizedTtl: values["authorization-webhook-cache-unauthorized-ttl"],
    },
    ...admissionPluginsFrom(values),
    admissionConfigFile: values["admission-control-config-file"],
    tolerationSeconds: {
      notReady: values["default-not-ready-toleration-seconds"],
      unreachable: values["default-unreachable-toleration-seconds"],
    },
    allowPrivileged: values["allow-privileged"],
    authentication: authenticationFrom(values),
    audit: auditFrom(values, warn),
    serviceClusterIpRanges: serviceRangesFrom(values["service-cluster-ip-range"]),
    serviceNodePortRange: values["service-node-port-range"],
    eventTtl: values["event-ttl"],
    enableAggregatorRouting: values["enable-aggregator-routing"],
    endpointReconcilerType: reconcilerTypeFrom(values["endpoint-reconciler-type"]),
    apiServerCount: values["apiserver-count"],
    rejectForwardingRedirects: values["aggregator-reject-forwarding-redirect"],
    proxyClientFiles: keyPairFrom(values, "proxy-client-cert-file", "proxy-client-key-file"),
    controllers: values["controllers"],
    limits: {
      requestTimeout: values["request-timeout"],
      minRequestTimeout: values["min-request-timeout"] * 1000,
      streamsPerConnection: values["http2-max-streams-per-connection"] || defaultStreamsPerConnection,
    },
  };
}

function reconcilerTypeFrom(text: string): EndpointReconcilerType {
  return text === "none" || text === "master-count" ? text : "lease";
}

/** Others cannot reach a loopback address, so it is announced only where the machine has no other. */
export function defaultAdvertiseAddress(bindAddress: string, surroundings: Surroundings): string {
  const everywhere = ["", "0.0.0.0", "::"].includes(bindAddress);
  const loopback = bindAddress.startsWith("127.") || bindAddress === "::1";
  if (!everywhere && !loopback) return bindAddress;
  return (
    surroundings.addresses.find((address) => isIP(address) === 4) ?? surroundings.addresses[0] ?? (everywhere ? "127.0.0.1" : bindAddress)
  );
}

/** A network that is mistyped would let others in, or keep all out. */
function clientNetworkFrom(text: string): string {
  const fault = (why: string) => new UsageError(`invalid argument "${text}" for --allow-client-cidrs: ${why}`);
  const cidr = parseCidr(text.trim());
  if (cidr === undefined) throw fault('it must be a CIDR such as "10.0.0.0/8", "192.0.2.7/32" or "2001:db8::/32"');
  if (isMappedIp(cidr.address)) throw fault("write networks of IPv4 as such; they count for clients over IPv6 sockets too");
  if (firstOfCidr(cidr).value !== cidr.address.value) throw fault(`it has bits set behind its prefix; the network is ${formatCidr(cidr)}`);
  return formatCidr(cidr);
}

/** The rules of kube-apiserver: one range, or one of each family. */
function serviceRangesFrom(text: string): readonly string[] {
  const fault = (why: string) => new UsageError(`invalid argument "${text}" for --service-cluster-ip-range: ${why}`);
  const ranges = text.split(",").map((part) => part.trim());
  const parsed = ranges.map((range) => {
    const cidr = parseCidr(range);
    if (cidr === undefined) throw fault('it must be a CIDR such as "10.0.0.0/24"');
    if (firstOfCidr(cidr).value !== cidr.address.value) throw fault(`it has bits set behind its prefix; the range is ${formatCidr(cidr)}`);
    if (sizeOfCidr(cidr) < 8n) throw fault("it must have at least 8 addresses");
    if (cidr.address.family === 6 && cidr.prefix < 64) throw fault("an IPv6 range can have at most 64 bits of addresses (/64)");
    return cidr;
  });
  if (parsed.length > 2) throw fault("it must be one range, or two");
  if (parsed.length === 2 && parsed[0]?.address.family === parsed[1]?.address.family)
    throw fault("two ranges must be one of IPv4 and one of IPv6");
  return parsed.map(formatCidr);
}

/** The plugins by both flags, or by the one that names them all. */
function admissionPluginsFrom(values: FlagValues): Pick<Config, "enableAdmissionPlugins" | "disableAdmissionPlugins"> {
  const all = values["admission-control"];
  const [enable, disable] = [values["enable-admission-plugins"], values["disable-admission-plugins"]];
  if (all.length === 0) return { enableAdmissionPlugins: enable, disableAdmissionPlugins: disable };
  if (enable.length > 0 || disable.length > 0)
    throw new UsageError("admission-control and enable-admission-plugins/disable-admission-plugins flags are mutually exclusive");
  return { enableAdmissionPlugins: all, disableAdmissionPlugins: admissionPluginNames.filter((name) => !all.includes(name)) };
}

/** Modes that need a file, and only they, have it. */
function checkAuthorizationModes(values: FlagValues): void {
  const modes = values["authorization-mode"];
  if (values["authorization-config"] !== "") {
    if (modes.join(",") !== "Node,RBAC") throw new UsageError("--authorization-config can not be specified when --authorization-mode is");
    if (values["authorization-webhook-config-file"] !== "")
      throw new UsageError("--authorization-config can not be specified when --authorization-webhook-config-file is");
    return;
  }
  if (modes.length === 0) throw new UsageError("--authorization-mode: at least one mode must be named");
  const repeated = modes.find((mode, i) => modes.indexOf(mode) !== i);
  if (repeated !== undefined) throw new UsageError(`--authorization-mode: ${repeated} is named more than once`);
  for (const [mode, flag] of [
    ["ABAC", "authorization-policy-file"],
    ["Webhook", "authorization-webhook-config-file"],
  ] as const) {
    if (modes.includes(mode) && values[flag] === "") throw new UsageError(`--authorization-mode=${mode} needs --${flag}`);
    if (!modes.includes(mode) && values[flag] !== "") throw new UsageError(`--${flag} needs --authorization-mode=${mode}`);
  }
}

function checkFeatureGates(gates: ReadonlyMap<string, string>, warn: (warning: string) => void): void {
  if (gates.size === 0) return;
  const defaults = readFeatureGates();
  for (const [gate, text] of gates) {
    const written = `--feature-gates=${gate}=${text}`;
    const asked = /^(true|t|1)$/i.test(text) ? true : /^(false|f|0)$/i.test(text) ? false : undefined;
    if (asked === undefined) throw new UsageError(`${written}: it must be true or false`);
    const byDefault = defaults.get(gate);
    // Gates that became general are no longer listed; they can only be true.
    if (byDefault === undefined && asked) warn(`${written} changes nothing: v1.36 has no such gate to set`);
    else if (byDefault !== asked) throw new UsageError(`${written} is refused: only the defaults of v1.36 exist here yet`);
  }
}

/** v1.36 serves the general versions of every group and no beta or alpha one, so saying that again is all there is. */
function checkRuntimeConfig(settings: ReadonlyMap<string, string>): void {
  for (const [name, text] of settings) {
    const general = name === "api/ga" || /^([a-z0-9.-]+\/)?v\d+$/.test(name);
    const early = name === "api/beta" || name === "api/alpha" || /^[a-z0-9.-]+\/v\d+(alpha|beta)\d+$/.test(name);
    if ((general && text === "true") || (early && text === "false")) continue;
    throw new UsageError(`--runtime-config=${name}=${text} is refused: only the versions that v1.36 serves by default exist here yet`);
  }
}
