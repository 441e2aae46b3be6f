import { request } from "node:https";

/** Who asks a server, and by what it is known. */
export interface Caller {
  readonly ca: string | Buffer;
  readonly token?: string;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

/** Asks a server over a connection of its own; a body that is no JSON is given as text. */
export function ask<Body>(
  url: string,
  caller: Caller,
  method: string,
  path: string,
  body?: unknown,
  type = "application/json",
): Promise<{ readonly code: number; readonly body: Body }> {
  const { token, ...tls } = caller;
  const headers = { "content-type": type, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { ...tls, method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (more: string) => (text += more));
      answer.on("end", () => {
        const isJson = answer.headers["content-type"]?.startsWith("application/json") === true;
        resolve({ code: answer.statusCode ?? 0, body: (isJson ? JSON.parse(text) : text) as Body });
      });
      answer.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
