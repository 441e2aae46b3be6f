import type { KubeObject } from "../object/kube-object.ts";
import { isConditionTrue } from "../object/conditions.ts";
import type { ReadonlyJsonObject } from "../object/json.ts";
import { booleanIn, numberIn, objectIn, stringIn } from "../object/read.ts";
import { RemoteServer, type RemoteTrust } from "../proxy/remote-server.ts";
import type { ServicePort } from "../webhook/service-address.ts";

/** What an API service says of the server behind it. */
export interface RemoteSpec {
  readonly service: ServicePort;
  /** PEM; "" for the system's authorities. */
  readonly ca: string;
  readonly insecure: boolean;
}

/** A group version that another server answers for. */
export class RemoteApi implements Disposable {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly spec: RemoteSpec;
  readonly server: RemoteServer;
  /** Whether its condition says that it may be asked. */
  available: boolean;
  /** What its discovery said last: a version of an APIGroupDiscovery. */
  discovery: ReadonlyJsonObject | undefined;
  /** Entity tag of the document that it came from. */
  discoveryTag: string | undefined;
  /** Whether the last look at its discovery went well. */
  discovered = false;

  constructor(apiService: KubeObject, clientCertificate: RemoteTrust["clientCertificate"]) {
    const spec = remoteSpec(apiService);
    this.name = apiService.metadata.name ?? "";
    this.group = stringIn(objectIn(apiService, "spec"), "group");
    this.version = stringIn(objectIn(apiService, "spec"), "version");
    this.spec = spec;
    this.available = isConditionTrue(apiService, "Available");
    const { service, ca, insecure } = spec;
    this.server = new RemoteServer({
      ca: ca === "" ? undefined : ca,
      insecure,
      serverName: `${service.name}.${service.namespace}.svc`,
      clientCertificate,
    });
  }

  /** Whether what is known of its discovery is how it is. */
  get fresh(): boolean {
    return this.available && this.discovered;
  }

  /** Where its group version lies on the server. */
  get path(): string {
    return this.group === "" ? `/api/${this.version}` : `/apis/${this.group}/${this.version}`;
  }

  [Symbol.dispose](): void {
    this.server[Symbol.dispose]();
  }
}

/** What an API service with a service says of it. */
export function remoteSpec(apiService: KubeObject): RemoteSpec {
  const spec = objectIn(apiService, "spec");
  const service = objectIn(spec, "service");
  return {
    service: { namespace: stringIn(service, "namespace"), name: stringIn(service, "name"), port: numberIn(service, "port") },
    ca: Buffer.from(stringIn(spec, "caBundle"), "base64").toString("utf8"),
    insecure: booleanIn(spec, "insecureSkipTLSVerify"),
  };
}
