import { Client, Metadata, type ChannelCredentials, type ClientDuplexStream, type ClientUnaryCall } from "@grpc/grpc-js";
import { LinkedList } from "../../object/linked-list.ts";
import { isOfMember, type CallError } from "./failure.ts";
import { paths, readVersion } from "./messages.ts";

export type ByteStream = ClientDuplexStream<Buffer, Buffer>;

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

/** A member that has not answered for so many milliseconds is asked whether it lives, and gets as many to say so. */
const silence = 1_000;

const asIs = (bytes: Buffer): Buffer => bytes;

/** A member that knows no leader refuses the call at once, instead of waiting for one. */
function onlyWithLeader(): Metadata {
  const metadata = new Metadata();
  metadata.set("hasleader", "true");
  return metadata;
}

/** One member of the cluster, and what is under way there. */
export class Member {
  readonly #client: Client;
  readonly #streams = new Set<ByteStream>();
  readonly #reads = new LinkedList<ClientUnaryCall>();
  readonly #silent: (member: Member) => void;
  #asking = false;
  #closed = false;

  /** `silent` is told when it does not answer any more; `drop` then ends what waits for it. */
  constructor(target: string, secure: ChannelCredentials, silent: (member: Member) => void) {
    this.#client = new Client(target, secure, channelOptions);
    this.#silent = silent;
  }

  /** One call; what is only read can be dropped on the way. */
  call(path: string, request: Buffer, deadline: number, isRead: boolean): Promise<Buffer | CallError> {
    return new Promise((resolve) => {
      const late = setTimeout(() => void this.#askWhetherItLives(), silence);
      const call = this.#client.makeUnaryRequest(path, asIs, asIs, request, onlyWithLeader(), { deadline }, (error, answer) => {
        clearTimeout(late);
        if (read !== undefined) this.#reads.remove(read);
        resolve(error ?? answer ?? Buffer.alloc(0));
      });
      const read = isRead ? this.#reads.add(call) : undefined;
    });
  }

  /** A call without an end, in both directions. It breaks where the member loses the leader, or is dropped. */
  stream(path: string): ByteStream {
    const stream = this.#client.makeBidiStreamRequest(path, asIs, asIs, onlyWithLeader());
    this.#streams.add(stream);
    stream.on("status", () => this.#streams.delete(stream));
    return stream;
  }

  /** Ends the streams and the reads that wait for it. A write goes on waiting: it may have been taken. */
  drop(): void {
    for (const under of [...this.#streams, ...this.#reads.values()]) under.cancel();
  }

  close(): void {
    this.#closed = true;
    this.#client.close();
  }

  /** Which release it is, "3.5.16"; "" where it does not say so in time. */
  async version(): Promise<string> {
    const answer = await this.#status();
    return Buffer.isBuffer(answer) ? readVersion(answer) : "";
  }

  async #askWhetherItLives(): Promise<void> {
    if (this.#asking || this.#closed) return;
    this.#asking = true;
    const answer = await this.#status();
    this.#asking = false;
    if (!Buffer.isBuffer(answer) && isOfMember(answer)) this.#silent(this);
  }

  /** What it says of itself, leader or not. */
  #status(): Promise<Buffer | CallError> {
    return new Promise((resolve) => {
      const deadline = Date.now() + silence;
      this.#client.makeUnaryRequest(paths.status, asIs, asIs, Buffer.alloc(0), new Metadata(), { deadline }, (error, answer) =>
        resolve(error ?? answer ?? Buffer.alloc(0)),
      );
    });
  }
}
