/** Every bound that the listener puts on a client, in one place. Times in milliseconds, sizes in bytes. */
export interface HttpLimits {
  /** Open connections; further ones are dropped at once. */
  readonly connections: number;
  /** From the TCP connection to the end of the TLS handshake. */
  readonly handshakeMs: number;
  /** A connection without a request in flight is closed after this long (both protocols). */
  readonly idleMs: number;
  /** An HTTP/2 client with requests in flight of which nothing was heard so long gets a PING, and the same time to answer. */
  readonly pingMs: number;
  /** From the first byte of an HTTP/1.1 request to the end of its headers. */
  readonly headersMs: number;
  /** All header names and values of a request together. */
  readonly headerBytes: number;
  /** From the first wish to read a request's body to its end. */
  readonly bodyMs: number;
  /** What is still read and thrown away of an HTTP/1.1 body over its limit, so that the client comes to read the answer. */
  readonly discardBytes: number;
  /** How long an answer may wait for a peer that takes nothing. */
  readonly stallMs: number;
  /** Streams that an HTTP/2 client may have open on one connection (Go's server: 250). */
  readonly streams: number;
  /** Requests of one connection whose handler still runs: a client that resets streams frees them sooner than handlers end. */
  readonly inFlight: number;
  /** Flow-control windows for uploads: of a stream and of the whole connection. */
  readonly streamWindow: number;
  readonly connectionWindow: number;
  /** Memory of one HTTP/2 session in megabytes; queued answers count, and a client multiplexes all it does on one connection. */
  readonly sessionMegabytes: number;
  /** PING and SETTINGS frames that a connection may send at once, and how many more each second. */
  readonly controlBurst: number;
  readonly controlPerSecond: number;
  /** Answers below this are never gzipped (the original's threshold). */
  readonly gzipFrom: number;
}

/** The limits of a server that says nothing else. A burst of stream resets is bounded by nghttp2: 1,000, then 33 a second. */
export const DEFAULT_LIMITS: HttpLimits = {
  connections: 20_000,
  handshakeMs: 10_000,
  idleMs: 90_000,
  pingMs: 30_000,
  headersMs: 32_000,
  headerBytes: 64 * 1024,
  bodyMs: 60_000,
  discardBytes: 8 * 1024 * 1024,
  stallMs: 60_000,
  streams: 250,
  inFlight: 500,
  streamWindow: 256 * 1024,
  connectionWindow: 1024 * 1024,
  sessionMegabytes: 1024,
  controlBurst: 1000,
  controlPerSecond: 50,
  gzipFrom: 128 * 1024,
};
