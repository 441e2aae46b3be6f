import type { X509Certificate } from "node:crypto";
import type { Duplex, Readable } from "node:stream";
import type { ReadonlyJsonObject } from "../object/json.ts";

/**
 * What the listener hands to the control plane and gets back: a request without its socket. A program that embeds the
 * server can make one itself.
 */
export interface ApiRequest {
  readonly method: string;
  /** Path and query as they stood on the request line: nothing decoded, nothing cleaned. */
  readonly target: string;
  /** Lower-case names; a repeated header's values as Node joins them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /**
   * Names and values in turn as they came on the wire, where there was one: joined values of repeated headers cannot be
   * told apart again, and who a user is must not hang on a comma. Absent: lists in `headers` are what counts.
   */
  readonly rawHeaders?: readonly string[];
  readonly peer: Peer;
  /**
   * The whole body, read on first call. Errors: StatusError 413 above `limit` bytes, 400 where the peer broke off or
   * its Content-Length lied.
   */
  body(limit: number): Promise<Buffer>;
  /** The body as it arrives, for whoever passes it on, instead of `body`; undefined where there is none. Absent: only `body` works. */
  readonly stream?: () => Readable | undefined;
  /** The connection is HTTP/1.1's alone and asks for another protocol: `takeOver` of an answer is heeded. */
  readonly canSwitch?: true;
  /** Aborted when the peer has gone. */
  readonly signal: AbortSignal;
}

/** Who is at the other end of the connection. */
export interface Peer {
  readonly address: string;
  /** The client certificate that the TLS layer was shown, verified or not; undefined without one. */
  readonly certificate: X509Certificate | undefined;
}

/** What goes back. */
export interface ApiAnswer {
  readonly status: number;
  /** Lower-case names. Content-Length is the listener's business. A list is one header line a value. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Bytes, or a function that writes them piece by piece (lists, watches) until it returns. */
  readonly body?: Buffer | ((sink: BodySink) => Promise<void>);
  /** The body may be sent gzipped where the client accepts it and it is big. */
  readonly compressible?: boolean;
  /** The object that the body was written from, where it is one made for this answer: a Status, a review. */
  readonly value?: ReadonlyJsonObject;
  /** The same body as plain JSON, where it is something else. */
  readonly json?: () => Buffer | ((sink: BodySink) => Promise<void>);
  /** The body is another server's: nobody here may take it for what it says it is. */
  readonly foreign?: true;
  /**
   * With status 101: takes the connection after the head went out; `head` are bytes that came behind the request. Resolves
   * when the connection has ended, which is its duty to see to.
   */
  readonly takeOver?: (socket: Duplex, head: Buffer) => Promise<void>;
}

/** What a body function throws whose own source broke off: the client sees a broken answer, and nothing here is at fault. */
export class BrokenSource extends Error {}

/** Where a streamed body goes; back-pressure is the writer's duty. */
export interface BodySink {
  /**
   * Queues bytes. False: the peer is slow, await `drained` before more. Bytes may be shared; who made them may change them
   * only where `write` gave false and `drained` has resolved since. `soon`: it may wait for what else is written in this
   * turn of the event loop, and go out with it.
   */
  write(bytes: Buffer, soon?: boolean): boolean;
  /** Resolves when the queue has gone out, or the peer has. */
  drained(): Promise<void>;
  /** Bytes queued and not yet taken. */
  readonly pending: number;
  /** The peer has gone; further writes do nothing. */
  readonly closed: boolean;
  /** Called once when the peer goes. */
  onClose(callback: () => void): void;
}

/** The way in for every request, with or without a socket. Never rejects: faults are answers. */
export type Handler = (request: ApiRequest) => Promise<ApiAnswer>;
