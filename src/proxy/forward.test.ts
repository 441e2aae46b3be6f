import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { until } from "../../test/until.ts";
import { BrokenSource, type ApiAnswer, type ApiRequest, type BodySink } from "../request/exchange.ts";
import { forward, type Forwarding } from "./forward.ts";
import { RemoteServer } from "./remote-server.ts";
import { testRemote, type TestRemote } from "./test-remote.ts";

const NAME = "remote.test.svc";

function serverOf(remote: Pick<TestRemote, "ca">, insecure = false): RemoteServer {
  return new RemoteServer({ ca: insecure ? undefined : remote.ca, insecure, serverName: NAME, clientCertificate: () => undefined });
}

function forwarding(server: RemoteServer, port: number, more: Partial<Forwarding> = {}): Forwarding {
  return { server, address: { host: "127.0.0.1", port }, target: "/x", headers: {}, rejectRedirects: true, ...more };
}

function request(more: Partial<ApiRequest> = {}): ApiRequest {
  return {
    method: "GET",
    target: "/x",
    headers: {},
    peer: { address: "10.1.1.1", certificate: undefined },
    body: async () => Buffer.alloc(0),
    signal: new AbortController().signal,
    ...more,
  };
}

/** Takes bytes; `slow` says so after each piece until it is drained. */
class Taker implements BodySink {
  readonly pieces: Buffer[] = [];
  readonly pending = 0;
  closed = false;
  readonly #slow: boolean;
  #onClose: () => void = () => {};

  constructor(slow = false) {
    this.#slow = slow;
  }

  get text(): string {
    return Buffer.concat(this.pieces).toString();
  }

  write(bytes: Buffer): boolean {
    this.pieces.push(bytes);
    return !this.#slow;
  }

  drained(): Promise<void> {
    return sleep(1);
  }

  onClose(callback: () => void): void {
    this.#onClose = callback;
  }

  close(): void {
    this.closed = true;
    this.#onClose();
  }
}

async function textOf(answer: ApiAnswer, sink = new Taker()): Promise<string> {
  if (typeof answer.body !== "function") return String(answer.body ?? "");
  await answer.body(sink);
  return sink.text;
}

describe("a request that is passed on", () => {
  test("streams its body and gets status, headers and body as they come", async () => {
    await using remote = await testRemote(NAME);
    using server = serverOf(remote);
    remote.answers.set("/x", (asked, response) => {
      response.writeHead(207, {
        "x-own": ["a", "b"],
        "connection": "close, x-hop",
        "x-hop": "h",
        "audit-id": "x",
        "set-cookie": ["c=d", "e=f"],
      });
      asked.pipe(response);
    });
    const body = Readable.from([Buffer.from("one "), Buffer.from("two")]);
    const answer = await forward(
      request({ method: "POST", headers: { "content-length": "7" }, stream: () => body }),
      forwarding(server, remote.port, { target: "/x?a=b", headers: { "X-Custom": "1" } }),
    );
    assert.equal(answer.status, 207);
    const { date: _, ...headers } = answer.headers;
    assert.deepEqual(headers, { "x-own": ["a", "b"], "set-cookie": ["c=d", "e=f"] });
    assert.equal(await textOf(answer), "one two");
    const { headers: got, url, serverName } = remote.calls[0] ?? assert.fail();
    assert.deepEqual([url, serverName], ["/x?a=b", NAME]);
    assert.deepEqual(got, {
      "X-Custom": "1",
      "Accept-Encoding": "gzip",
      "X-Forwarded-Host": `127.0.0.1:${remote.port}`,
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Uri": "/x",
      "Content-Length": "7",
      "Host": `127.0.0.1:${remote.port}`,
    });
  });

  test("reaches the client piece by piece, unpacked where the client did not ask for gzip itself", async () => {
    await using remote = await testRemote(NAME);
    using server = serverOf(remote);
    let more = (): void => {};
    remote.answers.set("/x", (asked, response) => {
      assert.equal(asked.headers["accept-encoding"], "gzip");
      response.writeHead(200, { "content-encoding": "gzip" });
      const packed = gzipSync("event\n".repeat(1000));
      response.write(packed.subarray(0, packed.length - 10));
      more = () => response.end(packed.subarray(packed.length - 10));
    });
    const answer = await forward(request(), forwarding(server, remote.port));
    assert.equal(answer.headers["content-encoding"], undefined);
    const sink = new Taker(true);
    const done = textOf(answer, sink);
    await until(() => sink.text.length > 0);
    more();
    assert.equal(await done, "event\n".repeat(1000));
    const own = await forward(request(), forwarding(server, remote.port, { headers: { "Accept-Encoding": "gzip" } }));
    assert.equal(own.headers["content-encoding"], "gzip");
    more();
    await textOf(own);
  });

  test("ends at the other server when the client goes, before the answer and in its middle", async () => {
    await using remote = await testRemote(NAME);
    using server = serverOf(remote);
    let gone = 0;
    remote.answers.set("/x", (asked) => void asked.once("close", () => gone++));
    remote.answers.set("/watch", (asked, response) => {
      response.write("event");
      asked.once("close", () => gone++);
    });
    const controller = new AbortController();
    const waiting = forward(request({ signal: controller.signal }), forwarding(server, remote.port));
    await until(() => remote.calls.length === 1);
    controller.abort();
    assert.equal((await waiting).status, 503);
    await until(() => gone === 1);
    const watch = await forward(request(), forwarding(server, remote.port, { target: "/watch" }));
    const sink = new Taker();
    const done = textOf(watch, sink);
    await until(() => sink.text === "event");
    sink.close();
    await done;
    await until(() => gone === 2);
  });

  test("breaks off where the other server does, and is over when its time is", async () => {
    await using remote = await testRemote(NAME);
    using server = serverOf(remote);
    remote.answers.set("/x", (_, response) => {
      response.writeHead(200, { "content-length": 100 }).write("half");
      setTimeout(() => response.destroy(), 20);
    });
    const answer = await forward(request(), forwarding(server, remote.port));
    await assert.rejects(textOf(answer), BrokenSource);
    remote.answers.set("/slow", () => {});
    const late = await forward(request(), forwarding(server, remote.port, { target: "/slow", leftMs: 50 }));
    assert.deepEqual([late.status, await textOf(late)], [503, "error trying to reach service: context deadline exceeded\n"]);
  });

  test("is never redirected: the client sees a fault, or the redirect where that is wanted", async () => {
    await using remote = await testRemote(NAME);
    using server = serverOf(remote);
    remote.answers.set("/x", (_, response) => void response.writeHead(307, { location: "/secret" }).end());
    const refused = await forward(request(), forwarding(server, remote.port));
    const text = "the backend attempted to redirect this request, which is not permitted";
    assert.deepEqual([refused.status, await textOf(refused)], [502, text]);
    const passed = await forward(request(), forwarding(server, remote.port, { rejectRedirects: false }));
    assert.deepEqual([passed.status, passed.headers["location"]], [307, `https://127.0.0.1:${remote.port}/secret`]);
    assert.deepEqual(
      remote.calls.map(({ url }) => url),
      ["/x", "/x"],
    );
  });

  test("that is answered with what is no status, or with the headers of a broken server, is answered all the same", async () => {
    await using remote = await testRemote(NAME);
    using server = serverOf(remote);
    const rows: readonly [string, number][] = [
      ["999 Nonsense\r\nContent-Length: 0\r\n\r\n", 502],
      ["200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 503],
      [`200 OK\r\nX: ${"x".repeat(100_000)}\r\n\r\n`, 503],
      ["200 OK\r\nX: a\u0000b\r\n\r\n", 503],
    ];
    for (const [said, status] of rows) {
      remote.answers.set("/x", (_, response) => void response.socket?.end(`HTTP/1.1 ${said}`));
      assert.equal((await forward(request(), forwarding(server, remote.port))).status, status, said.slice(0, 40));
    }
    await until(() => remote.connections() === 0);
  });

  test("that cannot be sent is answered in the original's words", async () => {
    await using remote = await testRemote("another.name");
    using server = serverOf(remote);
    const wrong = await forward(request(), forwarding(server, remote.port));
    assert.match(
      await textOf(wrong),
      /^error trying to reach service: tls: .*certificate is valid for another\.name, not remote\.test\.svc\n$/,
    );
    using strict = new RemoteServer({ ca: undefined, insecure: false, serverName: NAME, clientCertificate: () => undefined });
    assert.match(await textOf(await forward(request(), forwarding(strict, remote.port))), /certificate signed by unknown authority\n$/);
    using insecure = serverOf(remote, true);
    assert.equal((await forward(request(), forwarding(insecure, remote.port))).status, 404);
    const dead = createServer().listen(0);
    await once(dead, "listening");
    const { port } = dead.address() as { port: number };
    await new Promise((resolve) => dead.close(resolve));
    const refused = await forward(request(), forwarding(insecure, port));
    assert.equal(await textOf(refused), `error trying to reach service: dial tcp 127.0.0.1:${port}: connect: connection refused\n`);
  });

  test("goes again over a new connection where a kept one was closed meanwhile", async () => {
    await using remote = await testRemote(NAME);
    using server = serverOf(remote);
    let count = 0;
    remote.answers.set("/x", (asked, response) => {
      if (++count === 2) asked.socket.destroy();
      else response.end("ok");
    });
    for (const wanted of ["ok", "ok"]) {
      assert.equal(await textOf(await forward(request(), forwarding(server, remote.port))), wanted);
      await sleep(20); // until the connection is free again
    }
    assert.equal(count, 3);
  });

  test("ends as it would where nothing more is asked of its server, whose connections go then", async () => {
    await using remote = await testRemote(NAME);
    const server = serverOf(remote);
    let end = (): void => {};
    remote.answers.set("/x", (_, response) => {
      response.write("a");
      end = () => response.end("b");
    });
    const answer = await forward(request(), forwarding(server, remote.port));
    server.retire();
    end();
    assert.equal(await textOf(answer), "ab");
    await until(() => remote.connections() === 0);
    const idle = serverOf(remote);
    remote.answers.set("/x", (_, response) => void response.end());
    await textOf(await forward(request(), forwarding(idle, remote.port)));
    await sleep(20);
    assert.equal(remote.connections(), 1);
    idle.retire();
    await until(() => remote.connections() === 0);
  });

  test("is refused where a server is at too many already", async () => {
    await using remote = await testRemote(NAME);
    using server = new RemoteServer({ ca: remote.ca, insecure: false, serverName: NAME, clientCertificate: () => undefined }, 1);
    remote.answers.set("/x", (_, response) => void response.write("event"));
    const first = await forward(request(), forwarding(server, remote.port));
    const busy = await forward(request(), forwarding(server, remote.port));
    assert.deepEqual([busy.status, busy.headers["retry-after"]], [429, "1"]);
    const sink = new Taker();
    const done = textOf(first, sink);
    await until(() => sink.text === "event");
    sink.close();
    await done;
    await until(() => remote.connections() === 0);
    remote.answers.set("/x", (_, response) => void response.end("ok"));
    assert.equal(await textOf(await forward(request(), forwarding(server, remote.port))), "ok");
  });
});

describe("an upgrade that is passed on", () => {
  const asking = request({ canSwitch: true, headers: { upgrade: "websocket" } });

  /** A connection whose other end a test holds. */
  async function pair() {
    const listener = createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    const near = connect((listener.address() as { port: number }).port, "127.0.0.1");
    const [far] = (await once(listener, "connection")) as [typeof near];
    listener.close();
    for (const socket of [near, far]) socket.on("error", () => {});
    return { near, far };
  }

  test("becomes a tunnel once the other server agrees, and ends on both sides when either ends", async () => {
    await using remote = await testRemote(NAME);
    using server = serverOf(remote);
    for (const ending of ["client", "server"]) {
      let ended = (): void => {};
      remote.upgrade = (asked, socket) => {
        assert.deepEqual([asked.headers.connection, asked.headers["accept-encoding"]], ["Upgrade", undefined]);
        socket.write(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nX-Own: y\r\n__proto__: z\r\n\r\nearly",
        );
        socket.on("data", (data) => socket.write(`got ${String(data)}`));
        ended = () => socket.end();
      };
      const answer = await forward(asking, forwarding(server, remote.port));
      assert.equal(answer.status, 101);
      assert.deepEqual(answer.headers["x-own"], ["y"]);
      assert.deepEqual(Object.entries(answer.headers).at(-1), ["__proto__", ["z"]]);
      const { near, far } = await pair();
      let text = "";
      far.on("data", (data) => (text += String(data)));
      const over = answer.takeOver?.(near, Buffer.from("head"));
      await until(() => text === "earlygot head");
      far.write("more");
      await until(() => text === "earlygot headgot more");
      if (ending === "client") far.end();
      else ended();
      await over;
      await until(() => near.destroyed && remote.connections() === 0);
    }
  });

  test("that the other server refuses leaves no tunnel, whatever it says", async () => {
    await using remote = await testRemote(NAME);
    using server = serverOf(remote);
    const rows: readonly [string, number, RegExp][] = [
      ["403 Forbidden\r\nContent-Length: 2\r\n\r\nno", 403, /^no$/],
      ["302 Found\r\nLocation: /secret\r\nContent-Length: 0\r\n\r\n", 503, /^invalid upgrade response: status code 302\n$/],
      ["200 OK\r\nContent-Length: 2\r\n\r\nok", 503, /^invalid upgrade response: status code 200\n$/],
      ["101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n", 503, /^invalid upgrade response: status code 101\n$/],
      ["nonsense", 503, /^error dialing backend: Parse Error/],
    ];
    for (const [said, status, text] of rows) {
      remote.upgrade = (_, socket) => void socket.write(said.startsWith("nonsense") ? said : `HTTP/1.1 ${said}`);
      const answer = await forward(asking, forwarding(server, remote.port));
      assert.deepEqual([answer.status, answer.takeOver], [status, undefined], said);
      assert.match(await textOf(answer), text);
      await until(() => remote.connections() === 0);
    }
  });

  test("whose client has gone before the tunnel stood leaves none", async () => {
    await using remote = await testRemote(NAME);
    using server = serverOf(remote);
    remote.upgrade = (_, socket) =>
      void socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const controller = new AbortController();
    const answer = await forward({ ...asking, signal: controller.signal }, forwarding(server, remote.port));
    assert.equal(answer.status, 101);
    controller.abort();
    await until(() => remote.connections() === 0);
    const { near } = await pair();
    near.destroy();
    await answer.takeOver?.(near, Buffer.alloc(0));
  });

  test("that nobody asked for is a fault", async () => {
    await using remote = await testRemote(NAME);
    using server = serverOf(remote);
    remote.answers.set(
      "/x",
      (_, response) => void response.socket?.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
    );
    const answer = await forward(request(), forwarding(server, remote.port));
    assert.deepEqual([answer.status, answer.takeOver], [503, undefined]);
    await until(() => remote.connections() === 0);
  });
});
