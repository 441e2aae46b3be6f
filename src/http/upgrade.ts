import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { ApiAnswer } from "../request/exchange.ts";

/** Protocols to which clients of this API switch; requests for others (h2c) are ordinary ones, as RFC 9110 7.8 allows. */
const PROTOCOLS: ReadonlySet<string> = new Set(["websocket", "spdy/3.1"]);

/** Whether a request can be answered with another protocol. One with a body cannot: where it ends, nobody would read. */
export function asksToSwitch({ headers }: IncomingMessage): boolean {
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0;
  return !hasBody && PROTOCOLS.has((headers.upgrade ?? "").toLowerCase());
}

/** Reads a request again as one that does not ask for another protocol. Node took its connection out of HTTP; `head` came behind it. */
export function askWithoutSwitch(server: Server, incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
  const { rawHeaders } = incoming;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i] as string, rawHeaders[i + 1] as string];
    const lower = name.toLowerCase();
    if (lower === "upgrade" || lower === "http2-settings") continue;
    lines.push(`${name}: ${lower === "connection" ? withoutUpgrade(value) : value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  server.emit("connection", socket);
}

function withoutUpgrade(connection: string): string {
  const options = connection.split(",").map((option) => option.trim());
  return options.filter((option) => !["upgrade", "http2-settings"].includes(option.toLowerCase())).join(", ") || "keep-alive";
}

/** The head of the answer that switches protocols, as bytes. */
export function switchingHead({ headers }: ApiAnswer): Buffer {
  const lines = ["HTTP/1.1 101 Switching Protocols"];
  for (const [name, value] of Object.entries(headers))
    for (const one of typeof value === "string" ? [value] : value) lines.push(`${name}: ${one.replaceAll(/[\r\n]/g, " ")}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}
