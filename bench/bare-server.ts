// What node:http2 over TLS costs by itself: sends the bytes of the files in a directory, and does nothing else.
// Run by servers.ts: node dist/bench/bare-server.js DIRECTORY
import { existsSync, readFileSync } from "node:fs";
import { createSecureServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { testCertificate } from "../src/http/test-certificate.ts";

/** Larger bodies are sent in pieces: one piece would cost page faults for a copy of the whole. */
const PIECE = 64 * 1024;

const directory = process.argv[2] as string;
const bytes = (name: string): Buffer => (existsSync(join(directory, name)) ? readFileSync(join(directory, name)) : Buffer.alloc(0));
const headers = { ":status": 200, ...(JSON.parse(bytes("headers.json").toString()) as Record<string, string>) };
const small = bytes("get");
const list = bytes("list");
const event = bytes("event");
const watchers = new Set<ServerHttp2Stream>();

const answers = new Map<string, (stream: ServerHttp2Stream) => void>([
  ["/get", (stream) => stream.end(small)],
  [
    "/list",
    (stream) => {
      let at = 0;
      const more = (): void => {
        while (at < list.length) {
          const piece = list.subarray(at, (at += PIECE));
          if (!stream.write(piece)) return void stream.once("drain", more);
        }
        stream.end();
      };
      more();
    },
  ],
  [
    "/watch",
    (stream) => {
      watchers.add(stream);
      stream.on("close", () => watchers.delete(stream));
    },
  ],
  [
    "/send",
    (stream) => {
      for (const watcher of watchers) watcher.write(event);
      stream.end();
    },
  ],
]);

const server = createSecureServer({ ...testCertificate(), maxSessionMemory: 1024 });
server.on("stream", (stream, { ":path": path }) => {
  stream.on("error", () => {});
  stream.respond(headers);
  answers.get(path ?? "")?.(stream);
});
server.listen(0, "127.0.0.1", () => console.log(`ready  https://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.on("SIGTERM", () => process.exit());
