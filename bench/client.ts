import { once } from "node:events";
import { connect, type ClientHttp2Stream, type IncomingHttpHeaders } from "node:http2";

/** Who a client is: a bearer token, or a certificate of its own. */
export interface Credential {
  readonly token?: string;
  readonly clientCertificate?: { readonly cert: string; readonly key: string };
}

/** An answer that was read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
  /** Empty unless it was asked for. */
  readonly body: Buffer;
}

/** A request; `keep`: its answer's body is wanted, not its size alone. */
interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly type?: string;
  readonly accept?: string;
  readonly body?: string;
  readonly keep?: boolean;
}

/** One HTTP/2 connection. */
export interface Client extends Disposable {
  /** Sends a request and reads its answer whole. Errors: Error for any status from 300 on. */
  send(ask: Ask): Promise<Answer>;
  /** Opens a stream whose data come piece by piece. */
  open(path: string, data: (chunk: Buffer) => void, accept?: string): Promise<void>;
}

/** Opens a connection with windows as large as Go's clients have them. */
export async function openClient(url: string, { token, clientCertificate }: Credential): Promise<Client> {
  const session = connect(url, { rejectUnauthorized: false, settings: { initialWindowSize: 4 << 20 }, ...clientCertificate });
  session.on("error", () => {});
  await once(session, "connect");
  session.setLocalWindowSize(1 << 30);
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const request = ({ method = "GET", path, type, accept = "application/json" }: Ask): ClientHttp2Stream =>
    session.request({
      ":method": method,
      ":path": path,
      accept,
      "user-agent": "bench/1",
      ...authorization,
      ...(type === undefined ? {} : { "content-type": type }),
    });
  return {
    send: (ask) => answerOf(request(ask), ask),
    open: (path, data, accept) =>
      new Promise((resolve, reject) => {
        const stream = request({ path, ...(accept === undefined ? {} : { accept }) });
        stream.on("data", data).on("error", reject);
        stream.once("response", () => resolve());
      }),
    [Symbol.dispose]: () => session.destroy(),
  };
}

function answerOf(stream: ClientHttp2Stream, ask: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let headers: IncomingHttpHeaders = {};
    let bytes = 0;
    const kept: Buffer[] = [];
    stream
      .on("response", (received) => (headers = received))
      .on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (ask.keep === true) kept.push(chunk);
      })
      .on("end", () => {
        const status = Number(headers[":status"]);
        if (status < 300) resolve({ status, headers, bytes, body: Buffer.concat(kept) });
        else reject(new Error(`${ask.method ?? "GET"} ${ask.path}: ${status}`));
      })
      .on("error", reject)
      .on("close", () => reject(new Error(`${ask.path}: the connection was closed`)));
    stream.end(ask.body);
  });
}

/** Several connections at once. */
export async function openClients(count: number, url: string, credential: Credential): Promise<readonly Client[]> {
  return Promise.all(Array.from({ length: count }, () => openClient(url, credential)));
}

/** Closes connections. */
export function closeClients(clients: readonly Client[]): void {
  for (const client of clients) client[Symbol.dispose]();
}
