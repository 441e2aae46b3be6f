import assert from "node:assert/strict";
import { once } from "node:events";
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import { connect as connectTcp } from "node:net";
import { Duplex } from "node:stream";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as tlsConnect, type TLSSocket } from "node:tls";
import { gunzipSync } from "node:zlib";
import { StatusError } from "../object/status.ts";
import type { ApiAnswer, ApiRequest, BodySink } from "../request/exchange.ts";
import type { HttpLimits } from "./limits.ts";
import { listen, type Listener, type ListenOptions } from "./listen.ts";
import { testCertificate, type TestCertificate } from "./test-certificate.ts";

const JSON_HEADERS = { "content-type": "application/json" };
const silent = { error: () => {}, warn: () => {}, debug: () => {} };

let server: TestCertificate;
let client: TestCertificate;

before(async () => {
  server = testCertificate();
  client = testCertificate("alice");
});

async function start(
  handler: (request: ApiRequest) => Promise<ApiAnswer>,
  limits: Partial<HttpLimits> = {},
  more: Partial<ListenOptions> = {},
): Promise<Listener> {
  return listen({ handler, host: "127.0.0.1", port: 0, tls: server, limits, log: silent, ...more });
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function h2(listener: Listener): ClientHttp2Session {
  const session = connect(`https://127.0.0.1:${listener.port}`, { rejectUnauthorized: false });
  session.on("error", () => {});
  return session;
}

async function ask2(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: Buffer): Promise<Reply> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const chunks: Buffer[] = [];
  let answer: IncomingHttpHeaders = {};
  stream.on("response", (given) => (answer = given));
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve, reject) => stream.on("close", resolve).on("error", reject));
  return { status: Number(answer[":status"]), headers: answer, body: Buffer.concat(chunks) };
}

async function ask1(listener: Listener, options: RequestOptions, body?: Buffer): Promise<Reply> {
  const request = httpsRequest({
    host: "127.0.0.1",
    port: listener.port,
    rejectUnauthorized: false,
    agent: new Agent({ maxCachedSessions: 0 }),
    ...options,
  });
  request.end(body);
  const [response] = await once(request, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}

/** Both protocols, asked the same way. */
async function askBoth(
  listener: Listener,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: Buffer,
): Promise<Reply[]> {
  const session = h2(listener);
  const replies = [
    await ask2(session, { ":method": method, ":path": path, ...headers }, body),
    await ask1(listener, { method, path, headers }, body),
  ];
  session.destroy();
  return replies;
}

async function raw(listener: Listener, alpn: string): Promise<TLSSocket> {
  const socket = tlsConnect({ host: "127.0.0.1", port: listener.port, rejectUnauthorized: false, ALPNProtocols: [alpn] });
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  return socket;
}

/** Resolves at the end of a stream that may fail before. */
function closed(stream: ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => void stream.on("error", () => {}).once("close", resolve));
}

async function readAll(socket: TLSSocket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  await once(socket, "close");
  return text;
}

const echo = async (request: ApiRequest): Promise<ApiAnswer> => {
  try {
    return { status: 200, headers: JSON_HEADERS, body: await request.body(1000) };
  } catch (error) {
    assert(error instanceof StatusError);
    return { status: error.status.code, headers: JSON_HEADERS, body: Buffer.from(error.status.message ?? "") };
  }
};

describe("both protocols", () => {
  test("hand over method, target and headers as they came, and send the answer with its length", async () => {
    const seen: ApiRequest[] = [];
    await using listener = await start(async (request) => {
      seen.push(request);
      return { status: 201, headers: { ...JSON_HEADERS, warning: ['299 - "a"', '299 - "b"'] }, body: Buffer.from("{}\n") };
    });
    for (const reply of await askBoth(listener, "PUT", "/api//v1/%2e?x=%20y", { "user-agent": "t" }, Buffer.from("z"))) {
      assert.equal(reply.status, 201);
      assert.equal(reply.body.toString(), "{}\n");
      assert.equal(reply.headers["content-length"], "3");
      assert.equal(reply.headers["warning"], '299 - "a", 299 - "b"');
      assert.ok(reply.headers["date"]);
    }
    for (const request of seen) {
      assert.equal(request.method, "PUT");
      assert.equal(request.target, "/api//v1/%2e?x=%20y");
      assert.equal(request.headers["user-agent"], "t");
      assert.equal(request.peer.address, "127.0.0.1");
      assert.equal(request.peer.certificate, undefined);
    }
  });

  test("answer HEAD with headers alone, and 304 without a body", async () => {
    await using listener = await start(async ({ target }) => ({
      status: target === "/same" ? 304 : 200,
      headers: JSON_HEADERS,
      body: Buffer.from("12345"),
    }));
    for (const reply of await askBoth(listener, "HEAD", "/"))
      assert.deepEqual([reply.status, reply.headers["content-length"], reply.body.length], [200, "5", 0]);
    for (const reply of await askBoth(listener, "GET", "/same")) assert.deepEqual([reply.status, reply.body.length], [304, 0]);
  });

  test("read a body once, to its limit", async () => {
    await using listener = await start(echo);
    for (const reply of await askBoth(listener, "POST", "/", {}, Buffer.alloc(1000, "a")))
      assert.deepEqual([reply.status, reply.body.length], [200, 1000]);
    for (const reply of await askBoth(listener, "POST", "/", {}, Buffer.alloc(300_000, "a"))) {
      assert.equal(reply.status, 413);
      assert.equal(reply.body.toString(), "Request entity too large: limit is 1000");
    }
    for (const reply of await askBoth(listener, "GET", "/")) assert.deepEqual([reply.status, reply.body.length], [200, 0]);
  });

  test("answer without reading a body that nobody asked for", async () => {
    await using listener = await start(async () => ({ status: 403, headers: JSON_HEADERS, body: Buffer.from("no") }));
    for (const reply of await askBoth(listener, "POST", "/", {}, Buffer.alloc(20_000, "a")))
      assert.deepEqual([reply.status, reply.body.toString()], [403, "no"]);
  });

  test("answer 500 where the handler throws or gives what cannot be sent, and serve on", async () => {
    await using listener = await start(async ({ target }) => {
      if (target === "/throw") throw new Error("bug");
      return { status: 200, headers: { warning: target === "/newline" ? "a\r\nb: c" : "fine" }, body: Buffer.from("ok") };
    });
    for (const reply of await askBoth(listener, "GET", "/throw")) assert.equal(JSON.parse(reply.body.toString()).reason, "InternalError");
    await assert.rejects(askBoth(listener, "GET", "/newline"));
    for (const reply of await askBoth(listener, "GET", "/")) assert.equal(reply.status, 200);
  });

  test("gzip big compressible answers, whole or streamed, and leave small ones alone", async () => {
    const big = Buffer.alloc(400_000, "abc");
    const write =
      (pieces: number) =>
      async (sink: BodySink): Promise<void> => {
        for (let i = 0; i < pieces; i++) if (!sink.write(Buffer.alloc(50_000, "abcd"))) await sink.drained();
      };
    const answers = new Map<string, ApiAnswer>([
      ["/whole", { status: 200, headers: { ...JSON_HEADERS, vary: "Accept" }, body: big, compressible: true }],
      ["/stream", { status: 200, headers: JSON_HEADERS, body: write(8), compressible: true }],
      ["/short", { status: 200, headers: JSON_HEADERS, body: write(2), compressible: true }],
      ["/plain", { status: 200, headers: JSON_HEADERS, body: big }],
    ]);
    await using listener = await start(async ({ target }) => answers.get(target) as ApiAnswer);
    const accept = { "accept-encoding": "br, gzip" };
    for (const reply of await askBoth(listener, "GET", "/whole", accept)) {
      assert.equal(reply.headers["content-encoding"], "gzip");
      assert.equal(reply.headers["vary"], "Accept-Encoding, Accept");
      assert.deepEqual(gunzipSync(reply.body), big);
    }
    for (const reply of await askBoth(listener, "GET", "/stream", accept)) assert.equal(gunzipSync(reply.body).length, 400_000);
    for (const reply of await askBoth(listener, "GET", "/short", accept))
      assert.deepEqual(
        [reply.headers["content-encoding"], reply.body.length, reply.headers["content-length"]],
        [undefined, 100_000, "100000"],
      );
    for (const reply of await askBoth(listener, "GET", "/plain", accept))
      assert.deepEqual([reply.headers["content-encoding"], reply.body.length], [undefined, 400_000]);
    for (const reply of await askBoth(listener, "GET", "/whole", { "accept-encoding": "gzip;q=0.5" }))
      assert.equal(reply.headers["content-encoding"], undefined);
  });

  test("hold a streamed body back until the peer takes it, and tell the writer when the peer goes", async () => {
    let queued = 0;
    let closed: Promise<void> | undefined;
    let aborted = false;
    await using listener = await start(async (request) => {
      request.signal.addEventListener("abort", () => (aborted = true));
      return {
        status: 200,
        headers: JSON_HEADERS,
        body: async (sink) => {
          closed = new Promise((resolve) => sink.onClose(resolve));
          while (!sink.closed) {
            queued++;
            if (!sink.write(Buffer.alloc(64 * 1024))) await sink.drained();
          }
        },
      };
    });
    const session = h2(listener);
    const stream = session.request({ ":path": "/" });
    stream.on("error", () => {});
    await once(stream, "response");
    stream.pause();
    await sleep(200);
    assert.ok(queued < 40, `${queued} slabs for a peer that reads nothing`);
    stream.close(constants.NGHTTP2_CANCEL);
    await closed;
    assert.ok(aborted);
    session.destroy();
  });

  test("cut off a streamed body whose writer fails, so that it cannot be taken for a whole one", async () => {
    await using listener = await start(async () => ({
      status: 200,
      headers: JSON_HEADERS,
      body: async (sink) => {
        sink.write(Buffer.from("half"));
        await sleep(5);
        throw new Error("bug");
      },
    }));
    const session = h2(listener);
    await assert.rejects(ask2(session, { ":path": "/" }));
    await assert.rejects(ask1(listener, { path: "/" }));
    session.destroy();
  });

  test("show the client's certificate, trusted or not", async () => {
    await using listener = await start(async ({ peer }) => ({
      status: 200,
      headers: {},
      body: Buffer.from(peer.certificate?.subject ?? "none"),
    }));
    const reply = await ask1(listener, { path: "/", ...client });
    assert.equal(reply.body.toString(), "CN=alice");
    const session = connect(`https://127.0.0.1:${listener.port}`, { rejectUnauthorized: false, ...client });
    assert.equal((await ask2(session, { ":path": "/" })).body.toString(), "CN=alice");
    session.destroy();
  });

  test("send 100 Continue when the body is wanted", async () => {
    await using listener = await start(echo);
    const request = httpsRequest({
      host: "127.0.0.1",
      port: listener.port,
      rejectUnauthorized: false,
      method: "POST",
      headers: { "expect": "100-continue", "content-length": "3" },
    });
    request.flushHeaders();
    await once(request, "continue");
    request.end("abc");
    const [response] = await once(request, "response");
    assert.equal(response.statusCode, 200);
    response.resume();
    const session = h2(listener);
    const stream = session.request({ ":method": "POST", ":path": "/", "expect": "100-continue" });
    await once(stream, "continue");
    stream.end("abc");
    const [headers] = await once(stream, "response");
    assert.equal(headers[":status"], 200);
    session.destroy();
  });
});

describe("an upgrade", () => {
  const headers = { connection: "keep-alive, Upgrade", upgrade: "websocket" };

  test("is answered like any request where the answer takes nothing over, and its connection ends", async () => {
    await using plain = await start(async () => ({ status: 501, headers: JSON_HEADERS, body: Buffer.from("no") }));
    const reply = await ask1(plain, { path: "/", headers });
    assert.deepEqual([reply.status, reply.body.toString(), reply.headers.connection], [501, "no", "close"]);
  });

  test("gives the connection to the answer that takes it over, with what came behind the request", async () => {
    let ended = false;
    await using listener = await start(async ({ canSwitch }) => ({
      status: 101,
      headers: { connection: "Upgrade", upgrade: "websocket", own: String(canSwitch) },
      takeOver: async (socket) => {
        socket.pipe(socket);
        await once(socket, "close");
        ended = true;
      },
    }));
    const request = httpsRequest({ host: "127.0.0.1", port: listener.port, rejectUnauthorized: false, headers });
    request.end();
    const [response, socket] = await once(request, "upgrade");
    assert.deepEqual([response.statusCode, response.headers.own], [101, "true"]);
    socket.write("ping");
    assert.equal(String((await once(socket, "data"))[0]), "ping");
    socket.destroy();
    while (!ended) await sleep(5);
  });

  test("to a protocol that nothing here speaks is an ordinary request, body included, on a connection that stays", async () => {
    await using listener = await start(async (request) => ({ status: 200, headers: {}, body: await request.body(100) }));
    const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    for (const upgrade of ["h2c", "websocket"]) {
      const options = { method: "POST", path: "/", agent, headers: { ...headers, upgrade, "content-length": 4 } };
      const reply = await ask1(listener, options, Buffer.from("body"));
      assert.deepEqual([reply.status, reply.body.toString(), reply.headers.connection], [200, "body", "keep-alive"]);
    }
    agent.destroy();
  });
});

describe("closing", () => {
  test("lets requests in flight end, refuses new ones, and cuts off what lasts longer than the grace", async () => {
    let release = (): void => {};
    const listener = await start(async ({ target }) => {
      if (target === "/slow") await new Promise<void>((resolve) => (release = resolve));
      return { status: 200, headers: {}, body: target === "/watch" ? () => new Promise(() => {}) : Buffer.from("done") };
    });
    const session = h2(listener);
    const other = h2(listener);
    const slow = ask2(session, { ":path": "/slow" });
    const watch = other.request({ ":path": "/watch" });
    watch.on("error", () => {}).resume();
    await once(watch, "response");
    const started = performance.now();
    const closing = listener.close(300);
    await sleep(20);
    release();
    assert.equal((await slow).body.toString(), "done");
    await closing;
    assert.ok(performance.now() - started >= 290);
    await assert.rejects(ask1(listener, { path: "/" }));
  });

  test("is quick where connections are idle", async () => {
    const listener = await start(async () => ({ status: 200, headers: {}, body: Buffer.from("x") }));
    const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
    await ask1(listener, { path: "/", agent });
    const session = h2(listener);
    await ask2(session, { ":path": "/" });
    const started = performance.now();
    await listener.close(5000);
    assert.ok(performance.now() - started < 1000);
    agent.destroy();
  });
});

describe("broken clients", () => {
  let listener: Listener;
  let running = 0;
  before(async () => {
    listener = await start(
      async (request) => {
        if (request.target !== "/hang") return echo(request);
        running++;
        await new Promise<void>((resolve) => request.signal.addEventListener("abort", () => resolve()));
        running--;
        return { status: 200, headers: {} };
      },
      { bodyMs: 300, headersMs: 300, idleMs: 400, pingMs: 200, handshakeMs: 300, controlBurst: 200, controlPerSecond: 10 },
    );
  });
  after(async () => {
    const session = h2(listener);
    assert.equal((await ask2(session, { ":path": "/" })).status, 200, "the server still serves");
    session.destroy();
    await listener.close(0);
  });

  test("a body shorter than its Content-Length is 400 inside, and the connection ends", async () => {
    const socket = await raw(listener, "http/1.1");
    socket.end("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
    await readAll(socket);
    const session = h2(listener);
    const stream = session.request({ ":method": "POST", ":path": "/", "content-length": "100" });
    stream.on("error", () => {});
    stream.end("abc");
    await closed(stream);
    assert.equal((await ask2(session, { ":path": "/" })).status, 200, "other streams live on");
    session.destroy();
  });

  test("bytes after a body are a bad request of their own", async () => {
    const socket = await raw(listener, "http/1.1");
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcdef\r\n\r\n");
    assert.match(await readAll(socket), /HTTP\/1\.1 400 Bad Request/);
  });

  test("a slow body is closed", async () => {
    const socket = await raw(listener, "http/1.1");
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
    await readAll(socket);
    const session = h2(listener);
    const stream = session.request({ ":method": "POST", ":path": "/" });
    stream.on("error", () => {});
    stream.write("abc");
    await closed(stream);
    session.destroy();
  });

  test("headers over the limit are 431, and over HTTP/2 refused", async () => {
    assert.equal((await ask1(listener, { path: "/", headers: { big: "x".repeat(70_000) } })).status, 431);
    const session = h2(listener);
    await assert.rejects(ask2(session, { ":path": "/", "big": "x".repeat(70_000) }));
    session.destroy();
  });

  test("garbage is 400, or closes the connection", async () => {
    const socket = await raw(listener, "http/1.1");
    socket.write("\0\x01\x02 garbage\r\n\r\n");
    assert.match(await readAll(socket), /^HTTP\/1\.1 400 Bad Request/);
    const second = await raw(listener, "h2");
    second.write("garbage garbage garbage garbage");
    await readAll(second);
  });

  test("a connection that says nothing is closed", async () => {
    await Promise.all(["h2", "http/1.1"].map(async (protocol) => readAll(await raw(listener, protocol))));
  });

  test("a connection that broke the protocol under an open request ends, and its handlers are told", async () => {
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1");
    const hang = Buffer.concat([Buffer.from([0x82, 0x87, 0x04, 5]), Buffer.from("/hang"), Buffer.from([0x01, 0x01, 0x78])]);
    const socket = await raw(listener, "h2");
    socket.write(Buffer.concat([preface, frame(1, 5, 1, hang)]));
    while (running < 1) await sleep(5);
    socket.write(frame(0, 0, 0, Buffer.from("data of no stream")));
    await sleep(20);
    socket.destroy();
    while (running > 0) await sleep(5);
  });

  test("a reset ends the handler's wait", async () => {
    const session = h2(listener);
    const streams = Array.from({ length: 20 }, () => session.request({ ":path": "/hang" }).on("error", () => {}));
    while (running < 20) await sleep(5);
    for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
    while (running > 0) await sleep(5);
    session.destroy();
  });

  test("rapid reset and floods of control frames end the connection", async () => {
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1");
    const resets = await raw(listener, "h2");
    resets.write(preface);
    // HEADERS of GET https / with an indexed authority "x", then RST_STREAM, on each stream
    const block = Buffer.from([0x82, 0x87, 0x84, 0x01, 0x01, 0x78]);
    const attack: Buffer[] = [];
    for (let id = 1; id < 8000; id += 2) attack.push(frame(1, 5, id, block), frame(3, 0, id, Buffer.from([0, 0, 0, 8])));
    resets.write(Buffer.concat(attack));
    await readAll(resets);
    const pings = await raw(listener, "h2");
    pings.write(Buffer.concat([preface, ...Array.from({ length: 2000 }, () => frame(6, 0, 0, Buffer.alloc(8)))]));
    await readAll(pings);
  });
});

test("a client of another network gets not one byte of TLS, over sockets of either family", async () => {
  for (const [host, from, allowClients, allowed] of [
    ["127.0.0.1", "127.0.0.1", ["127.0.0.0/8"], true],
    ["127.0.0.1", "127.0.0.1", ["10.0.0.0/8", "::/0"], false],
    // IPv4 reaches a socket of both families as ::ffff:127.0.0.1.
    ["::", "127.0.0.1", ["127.0.0.0/8"], true],
    ["::", "127.0.0.1", ["10.0.0.0/8", "::1/128"], false],
    ["::", "::1", ["::1/128"], true],
    ["::", "::1", ["0.0.0.0/0"], false],
  ] as const) {
    await using listener = await start(echo, {}, { host, allowClients });
    const bare = connectTcp({ host: from, port: listener.port }).on("error", () => {});
    let answered = 0;
    bare.on("data", (bytes) => (answered += bytes.length));
    // TLS over a stream that is no socket leaves the socket's bytes to be counted.
    const stream = Duplex.from({ readable: bare, writable: bare }).on("error", () => {});
    const socket = tlsConnect({ socket: stream, rejectUnauthorized: false }).on("error", () => {});
    const secured = await new Promise<boolean>((resolve) => {
      socket.once("secureConnect", () => resolve(true)).once("error", () => resolve(false));
    });
    socket.destroy();
    bare.destroy();
    assert.deepEqual([secured, answered > 0], [allowed, allowed], `${from} at ${host}, ${allowClients.join(" ")}`);
  }
});

test("whoever connects after a change of certificates sees the new ones, and who is connected goes on", async () => {
  await using listener = await start(echo, {}, { tls: { ...server, clientCa: server.cert } });
  const before = await raw(listener, "http/1.1");
  const renewed = testCertificate("renewed");
  listener.secure({ ...renewed, clientCa: renewed.cert });
  const later = await raw(listener, "http/1.1");
  assert.equal(later.getPeerCertificate().subject.CN, "renewed");
  assert.equal(before.getPeerCertificate().subject.CN, "localhost");
  before.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert.match(await readAll(before), /^HTTP\/1\.1 200 /);
  later.destroy();
});

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}
