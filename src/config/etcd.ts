import type { FlagValues } from "./flags.ts";
import { keyPairFrom } from "./key-pair.ts";
import { UsageError } from "./usage-error.ts";

/** The etcd cluster that keeps the objects where a server does not do so itself. */
export interface EtcdConfig {
  /** URLs of its members [--etcd-servers]. */
  readonly servers: readonly string[];
  /** What all keys begin with: a slash, and none at the end [--etcd-prefix]. */
  readonly prefix: string;
  /** PEM files for members that speak TLS; "" for none [--etcd-cafile, --etcd-certfile, --etcd-keyfile]. */
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Other clusters that keep single resources; absent: none does [--etcd-servers-overrides]. */
  readonly overrides?: readonly EtcdOverride[];
}

/** A resource and the members of the cluster that keeps it. */
interface EtcdOverride {
  readonly group: string;
  readonly plural: string;
  readonly servers: readonly string[];
}

/** How long an etcd is waited for, in milliseconds. */
export interface EtcdTimeouts {
  /** A start waits for one that is not up yet [--storage-initialization-timeout]. */
  readonly start: number;
  /** /healthz and /livez [--etcd-healthcheck-timeout], and /readyz [--etcd-readycheck-timeout]. */
  readonly healthCheck: number;
  readonly readyCheck: number;
}

/** Reads how long an etcd is waited for. */
export function etcdTimeoutsFrom(values: FlagValues): EtcdTimeouts {
  return {
    start: values["storage-initialization-timeout"],
    healthCheck: values["etcd-healthcheck-timeout"],
    readyCheck: values["etcd-readycheck-timeout"],
  };
}

/** Reads what says where etcd is. Throws UsageError where it does not fit together. */
export function etcdFrom(values: FlagValues): EtcdConfig {
  const servers = values["etcd-servers"];
  for (const server of servers) checkServer("etcd-servers", server);
  const overrides = values["etcd-servers-overrides"].map(overrideFrom);
  if (overrides.length > 0 && servers.length === 0) throw new UsageError("--etcd-servers-overrides needs --etcd-servers");
  const { certFile, keyFile } = keyPairFrom(values, "etcd-certfile", "etcd-keyfile") ?? { certFile: "", keyFile: "" };
  return { servers, prefix: prefixFrom(values["etcd-prefix"]), caFile: values["etcd-cafile"], certFile, keyFile, overrides };
}

/** Where objects are kept: naming servers of etcd is enough to ask for it, as it is for kube-apiserver. */
export function storageBackendFrom(values: FlagValues): "lmdb" | "memory" | "etcd3" {
  const asked = values["storage-backend"];
  const isNamed = values["etcd-servers"].length > 0;
  if (asked === "memory" && isNamed) throw new UsageError("--etcd-servers needs --storage-backend=etcd3, not memory");
  if (asked === "memory") return "memory";
  if (asked === "lmdb" && !isNamed) return "lmdb";
  if (!isNamed) throw new UsageError(`--storage-backend=${asked} needs --etcd-servers`);
  return "etcd3";
}

/** group/resource#servers, the servers with semicolons between: "/events#https://10.0.0.1:2379;https://10.0.0.2:2379". */
function overrideFrom(text: string): EtcdOverride {
  const [, group, plural, list] = /^([^/#]*)\/([^/#]+)#([^#]+)$/.exec(text) ?? [];
  if (group === undefined || plural === undefined || list === undefined)
    throw new UsageError(`--etcd-servers-overrides: "${text}" must be group/resource#servers, the servers separated by semicolons`);
  const servers = list.split(";");
  for (const server of servers) checkServer("etcd-servers-overrides", server);
  return { group, plural, servers };
}

function checkServer(flag: string, server: string): void {
  const url = URL.canParse(server.includes("://") ? server : `http://${server}`);
  const scheme = /^(https?):\/\//.test(server) || !server.includes("://");
  if (!url || !scheme) throw new UsageError(`--${flag}: "${server}" is not a URL such as https://10.0.0.1:2379`);
}

/** One slash before each part, none at the end; a key has to begin with something. */
function prefixFrom(text: string): string {
  const parts = text.split("/").filter((part) => part !== "");
  if (parts.length === 0) throw new UsageError("--etcd-prefix must name a prefix such as /registry");
  return `/${parts.join("/")}`;
}
