import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { ask } from "./ask.ts";

/** What a test looks at in an object, a list or a Status. */
export interface SeenObject {
  readonly kind?: string;
  readonly code?: number;
  readonly message?: string;
  readonly metadata: { readonly name?: string; readonly resourceVersion: string };
  readonly items?: readonly SeenObject[];
  readonly data?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly code: number;
  readonly body: SeenObject;
}

/** What a watch tells, and that it ended: by the server, or since the connection broke. */
interface WatchListener {
  event(type: string, object: SeenObject): void;
  ended(): void;
}

/** One server as its administrator sees it. */
export interface Door {
  /** Errors: that of the connection, also where there is no answer in so many milliseconds. */
  ask(method: string, path: string, body?: unknown, patience?: number): Promise<Answer>;
  watch(path: string, listener: WatchListener): { close(): void };
  close(): void;
}

/** Comes to a server with the administrator's certificate that lies in its directory of certificates. */
export async function openDoor(url: string, pki: string): Promise<Door> {
  const [ca, cert, key] = await Promise.all(["ca.crt", "admin.crt", "admin.key"].map((file) => readFile(join(pki, file))));
  const caller = { ca: ca ?? "", ...(cert && { cert }), ...(key && { key }) };
  const agent = new Agent({ keepAlive: true });
  return {
    ask: (method, path, body, patience = 30_000) => ask<SeenObject>(url, { ...caller, agent, patience }, method, path, body),
    watch(path, listener) {
      let open = true;
      const end = (): void => {
        if (open) listener.ended();
        open = false;
      };
      const asked = request(`${url}${path}`, { ...caller, agent }, (answer) => {
        readLines(answer, (line) => {
          const { type, object } = JSON.parse(line) as { type?: string; object?: SeenObject };
          if (open && type !== undefined && object !== undefined) listener.event(type, object);
        });
        answer.on("error", end).on("close", end);
      });
      asked.on("error", end).on("close", end);
      asked.end();
      return {
        close() {
          open = false;
          asked.destroy();
        },
      };
    },
    close: () => agent.destroy(),
  };
}

function readLines(answer: IncomingMessage, take: (line: string) => void): void {
  let rest = "";
  answer.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
}
