import { request, type Agent } from "node:https";

/** Who asks a server, and by what it is known. */
export interface Caller {
  readonly ca: string | Buffer;
  readonly token?: string;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** What it says beside what follows from the rest. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Keeps connections for the next request. Default: each has one of its own. */
  readonly agent?: Agent;
  /** Milliseconds after which it gives up on an answer. Default: never. */
  readonly patience?: number;
}

/** Asks a server; a body that is no JSON is given as text. */
export function ask<Body>(
  url: string,
  caller: Caller,
  method: string,
  path: string,
  body?: unknown,
  type = "application/json",
): Promise<{ readonly code: number; readonly body: Body }> {
  const { token, patience, headers: more, agent = false, ...tls } = caller;
  const bytes = body === undefined ? "" : JSON.stringify(body);
  // Told, since for a DELETE Node would leave it open where the body ends.
  const length = { "content-length": Buffer.byteLength(bytes) };
  const proof = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { "content-type": type, ...length, ...proof, ...more };
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { ...tls, agent, method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (more: string) => (text += more));
      answer.on("end", () => {
        const isJson = /^application\/([a-z-]+\+)?json/.test(answer.headers["content-type"] ?? "");
        resolve({ code: answer.statusCode ?? 0, body: (isJson ? JSON.parse(text) : text) as Body });
      });
      answer.on("error", reject);
    });
    const late = patience === undefined ? undefined : setTimeout(() => asked.destroy(new Error("no answer in time")), patience);
    asked.on("error", reject);
    // An answer that breaks off does not always say so itself.
    asked.on("close", () => (clearTimeout(late), reject(new Error("the connection was closed"))));
    asked.end(bytes);
  });
}
