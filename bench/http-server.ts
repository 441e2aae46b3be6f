// The child process of http.ts: one server, bare or ours, that sends the same bytes. Says its port and, when asked, its CPU time.
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { listen } from "../src/http/listen.ts";
import { testCertificate } from "../src/http/test-certificate.ts";
import type { ApiAnswer, BodySink } from "../src/request/exchange.ts";

const [kind, sizeText] = process.argv.slice(2) as [string, string];
const pod = Buffer.alloc(Number(sizeText), "x");
const slab = Buffer.alloc(64 * 1024, "y");
const SLABS = 264; // 17 MB, as 5,000 pods
const event = Buffer.alloc(3500, "e");
const headers = {
  "content-type": "application/json",
  "cache-control": "no-cache, private",
  "audit-id": "0b1e7c1e-3c53-4f6e-9d0f-0123456789ab",
};
const tls = testCertificate();
const watchers = new Set<(bytes: Buffer) => void>();
let port: number;

if (kind === "bare") {
  const server = createSecureServer({ ...tls, maxSessionMemory: 1024 });
  server.on("stream", (stream, { ":path": path }) => {
    stream.on("error", () => {});
    stream.respond({ ":status": 200, ...headers });
    if (path === "/list") {
      let left = SLABS;
      const more = (): void => {
        while (left-- > 0) if (!stream.write(slab)) return void stream.once("drain", more);
        stream.end();
      };
      more();
    } else if (path === "/watch") {
      const write = (bytes: Buffer): void => void stream.write(bytes);
      watchers.add(write);
      stream.on("close", () => watchers.delete(write));
    } else {
      stream.end(pod);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
} else {
  const list = async (sink: BodySink): Promise<void> => {
    for (let i = 0; i < SLABS; i++) if (!sink.write(slab)) await sink.drained();
  };
  const watch = (sink: BodySink): Promise<void> =>
    new Promise((resolve) => {
      const write = (bytes: Buffer): void => void sink.write(bytes);
      watchers.add(write);
      sink.onClose(() => {
        watchers.delete(write);
        resolve();
      });
    });
  const answers = new Map<string, ApiAnswer>([
    ["/list", { status: 200, headers, body: list }],
    ["/watch", { status: 200, headers, body: watch }],
  ]);
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    tls,
    log: { error: console.error, warn: console.error, debug: () => {} },
    handler: async ({ target }) => answers.get(target) ?? { status: 200, headers, body: pod },
  });
  port = listener.port;
}

process.on("message", (message) => {
  if (message === "cpu") {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: (user + system) / 1e6, watchers: watchers.size });
  } else {
    for (const write of watchers) write(event);
    process.send?.({ sent: watchers.size });
  }
});
process.on("disconnect", () => process.exit());
process.send?.({ port });
