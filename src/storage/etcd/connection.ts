import { Client, Metadata, credentials, type ChannelCredentials, type ClientDuplexStream } from "@grpc/grpc-js";
import type { CallError } from "./failure.ts";
import { isOfMember, storageErrorOf, wasNotSent } from "./failure.ts";

/** What is shown to the members, PEM; a CA alone, or with a client's certificate and key. */
export interface EtcdTls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

export interface ConnectionOptions {
  /** URLs of members. */
  readonly servers: readonly string[];
  readonly tls: EtcdTls;
}

/** Milliseconds that a call may take: a little more than etcd itself waits for its quorum. */
const callDeadline = 10_000;

const channelOptions = {
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  // etcd refuses clients that ask more often than every five seconds.
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 5_000,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.min_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 2_000,
  // Two stores in one process share nothing, and a proxy is for the web.
  "grpc.use_local_subchannel_pool": 1,
  "grpc.enable_http_proxy": 0,
};

const asIs = (bytes: Buffer): Buffer => bytes;

export type ByteStream = ClientDuplexStream<Buffer, Buffer>;

/** Calls to the members of one etcd cluster: to one of them, and to the next where that fails. */
export class Connection {
  readonly #clients: readonly Client[];
  #at = 0;

  constructor({ servers, tls }: ConnectionOptions) {
    this.#clients = servers.map((server) => {
      const { target, secure } = addressOf(server);
      return new Client(target, secure ? secureCredentials(tls) : credentials.createInsecure(), channelOptions);
    });
  }

  /** Reads: a member that fails is passed over, each asked once. Errors: StorageError. */
  async read(path: string, request: Buffer, deadline = callDeadline): Promise<Buffer> {
    return this.#call(path, request, deadline, isOfMember, false);
  }

  /** Writes: sent once, to the first member that can be reached. Errors: StorageError. */
  async write(path: string, request: Buffer): Promise<Buffer> {
    return this.#call(path, request, callDeadline, wasNotSent, true);
  }

  /** A call without an end, in both directions. It breaks where its member loses the leader. */
  stream(path: string): ByteStream {
    const metadata = new Metadata();
    metadata.set("hasleader", "true");
    return this.#client().makeBidiStreamRequest(path, asIs, asIs, metadata);
  }

  /** The next calls go to another member. */
  passOver(): void {
    this.#at = (this.#at + 1) % this.#clients.length;
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  #client(): Client {
    return this.#clients[this.#at] as Client;
  }

  async #call(path: string, request: Buffer, deadline: number, goesOn: (error: CallError) => boolean, isWrite: boolean): Promise<Buffer> {
    const until = Date.now() + deadline;
    // A member that is silent must leave time for the others; a write is not repeated once it was sent.
    const each = isWrite ? deadline : deadline / this.#clients.length;
    for (let tried = 1; ; tried++) {
      const client = this.#client();
      const outcome = await unary(client, path, request, Math.min(until, Date.now() + each));
      if (Buffer.isBuffer(outcome)) return outcome;
      if (isOfMember(outcome) && this.#client() === client) this.passOver();
      if (tried >= this.#clients.length || !goesOn(outcome) || Date.now() >= until) throw storageErrorOf(outcome, isWrite);
    }
  }
}

function unary(client: Client, path: string, request: Buffer, deadline: number): Promise<Buffer | CallError> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, asIs, asIs, request, new Metadata(), { deadline }, (error, answer) => {
      resolve(error ?? answer ?? Buffer.alloc(0));
    });
  });
}

/** The host and port of a member's URL; without a scheme it is one that needs no TLS. Errors: TypeError. */
function addressOf(server: string): { readonly target: string; readonly secure: boolean } {
  const url = new URL(server.includes("://") ? server : `http://${server}`);
  return { target: `${url.hostname}:${url.port === "" ? "2379" : url.port}`, secure: url.protocol === "https:" };
}

function secureCredentials({ ca, cert, key }: EtcdTls): ChannelCredentials {
  return credentials.createSsl(ca ?? null, key ?? null, cert ?? null);
}
