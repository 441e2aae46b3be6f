import { setTimeout as sleep } from "node:timers/promises";
import { credentials, type ChannelCredentials } from "@grpc/grpc-js";
import { isOfMember, storageErrorOf, wasNotTaken } from "./failure.ts";
import { Member, type ByteStream } from "./member.ts";
import { closedError } from "../storage-errors.ts";

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
  /** Spreads what is tried again. Default: Math.random. */
  readonly random?: () => number;
}

/** Milliseconds that a call may take: a little more than etcd itself waits for its quorum. */
const callDeadline = 10_000;
/** How long a call goes round the members again, where all of them refuse it: longer than they take to elect a leader. */
const rounds = { patience: 3_000, first: 50, longest: 500 };

/** Calls to the members of one etcd cluster: to one of them, and to the next where that fails. */
export class Connection {
  readonly #members: readonly Member[];
  readonly #random: () => number;
  #at = 0;
  #closed = false;

  constructor({ servers, tls, random = Math.random }: ConnectionOptions) {
    this.#random = random;
    this.#members = servers.map((server) => {
      const { target, secure } = addressOf(server);
      return new Member(target, secure ? secureCredentials(tls) : credentials.createInsecure(), (member) => {
        this.#leave(member);
        if (this.#members.length > 1) member.drop();
      });
    });
  }

  /** Reads: a member that fails is passed over. Errors: StorageError. */
  async read(path: string, request: Buffer, deadline = callDeadline): Promise<Buffer> {
    return this.#call(path, request, deadline, false);
  }

  /** Writes: goes to another member only while it is certain that none has taken it. Errors: StorageError. */
  async write(path: string, request: Buffer): Promise<Buffer> {
    return this.#call(path, request, callDeadline, true);
  }

  /**
   * A call without an end, in both directions, and the release of the member that takes it. It breaks where its member
   * loses the leader, or says nothing any more.
   */
  stream(path: string): { readonly stream: ByteStream; readonly version: () => Promise<string> } {
    if (this.#closed) throw closedError();
    const member = this.#member();
    return { stream: member.stream(path), version: () => member.version() };
  }

  /** The next calls go to another member. */
  passOver(): void {
    this.#at = (this.#at + 1) % this.#members.length;
  }

  close(): void {
    this.#closed = true;
    for (const member of this.#members) member.close();
  }

  #member(): Member {
    return this.#members[this.#at] as Member;
  }

  /** A member failed: whoever came first has gone on to the next. */
  #leave(member: Member): void {
    if (this.#member() === member) this.passOver();
  }

  async #call(path: string, request: Buffer, deadline: number, isWrite: boolean): Promise<Buffer> {
    const start = Date.now();
    const until = start + deadline;
    const goesOn = isWrite ? wasNotTaken : isOfMember;
    for (let tried = 1; ; tried++) {
      if (this.#closed) throw closedError();
      const member = this.#member();
      const outcome = await member.call(path, request, until, !isWrite);
      if (Buffer.isBuffer(outcome)) return outcome;
      if (isOfMember(outcome)) this.#leave(member);
      if (!goesOn(outcome)) throw storageErrorOf(outcome, isWrite);
      // What the others say is worth hearing at once; when all have refused, a pause is due.
      const isRound = tried % this.#members.length === 0;
      const pause = isRound ? backoff(tried / this.#members.length - 1, rounds.first, rounds.longest, this.#random) : 0;
      if (Date.now() + pause > (tried < this.#members.length ? until : Math.min(until, start + rounds.patience)))
        throw storageErrorOf(outcome, isWrite);
      if (isRound) await sleep(pause);
    }
  }
}

/** Milliseconds to wait after so many failures: twice as long each time, and spread, so that not all come back at once. */
export function backoff(failures: number, first: number, longest: number, random: () => number): number {
  return Math.min(longest, first * 2 ** Math.min(failures, 10)) * (0.5 + random() / 2);
}

/** The host and port of a member's URL; without a scheme it is one that needs no TLS. Errors: TypeError. */
function addressOf(server: string): { readonly target: string; readonly secure: boolean } {
  const url = new URL(server.includes("://") ? server : `http://${server}`);
  return { target: `${url.hostname}:${url.port === "" ? "2379" : url.port}`, secure: url.protocol === "https:" };
}

function secureCredentials({ ca, cert, key }: EtcdTls): ChannelCredentials {
  return credentials.createSsl(ca ?? null, key ?? null, cert ?? null);
}
