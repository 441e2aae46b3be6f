import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { dialFault } from "../webhook/dial-fault.ts";
import { readBody } from "../webhook/read-body.ts";
import type { DialAddress } from "../webhook/service-address.ts";
import type { RemoteServer } from "./remote-server.ts";

/** What this server asks another of its own accord. */
export interface Question {
  readonly target: string;
  readonly headers: OutgoingHttpHeaders;
  readonly timeoutMs: number;
  /** The largest answer that is read, in bytes, packed and unpacked. */
  readonly maxBytes: number;
}

/** A whole answer. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** GETs a document. Errors: Error whose message is that of the original's network library. */
export async function ask(server: RemoteServer, address: DialAddress, question: Question): Promise<WholeAnswer> {
  const { target, headers, timeoutMs, maxBytes } = question;
  const request = server.request(address, { method: "GET", target, headers: { "Accept-Encoding": "gzip", ...headers } });
  let what = "net/http: request canceled while waiting for connection";
  const connected = (): void => void (what = "context deadline exceeded");
  request.once("socket", (socket) => void (socket.connecting ? socket.once("secureConnect", connected) : connected()));
  const late = (): void => void request.destroy(new Error(`${what} (Client.Timeout exceeded while awaiting headers)`));
  const timer = setTimeout(late, timeoutMs);
  timer.unref();
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.on("response", resolve).on("error", reject);
      request.on("close", () => reject(new Error("EOF")));
      request.end();
    });
    return { status: response.statusCode ?? 0, headers: response.headers, body: await readBody(response, maxBytes) };
  } catch (error) {
    throw new Error(dialFault(error, address), { cause: error });
  } finally {
    clearTimeout(timer);
    request.destroy();
  }
}
