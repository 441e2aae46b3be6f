import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApiRequest } from "../request/exchange.ts";
import { forwardedHeaders } from "./forwarded-headers.ts";

function request(rawHeaders: readonly string[]): ApiRequest {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    headers[name] =
      headers[name] === undefined
        ? (rawHeaders[i + 1] as string)
        : `${headers[name]}${name === "cookie" ? "; " : ", "}${rawHeaders[i + 1]}`;
  }
  return {
    method: "GET",
    target: "/",
    headers,
    rawHeaders,
    peer: { address: "10.1.1.1", certificate: undefined },
    body: async () => Buffer.alloc(0),
    signal: new AbortController().signal,
  };
}

const sent = (...raw: string[]) => forwardedHeaders(request(raw), (name) => name === "x-own-user");

test("what a client says goes on, written as Go does, lines of one name as lines", () => {
  assert.deepEqual(sent("user-agent", "u", "x-custom", "1", "X-Custom", "2", "ETAG-x", "y"), {
    "User-Agent": "u",
    "X-Custom": ["1", "2"],
    "Etag-X": "y",
    "X-Forwarded-For": "10.1.1.1",
  });
});

test("a header may have any name", () => {
  assert.deepEqual(Object.entries(sent("__proto__", "1", "__proto__", "2"))[0], ["__proto__", ["1", "2"]]);
});

test("nothing of the connection, of credentials and identities goes on, however it is written", () => {
  const dropped = [
    ["Connection", "keep-alive, X-Hop"],
    ["X-Hop", "h"],
    ["Keep-Alive", "timeout=5"],
    ["Transfer-Encoding", "chunked"],
    ["Proxy-Authorization", "Basic x"],
    ["Upgrade", "h2c"],
    ["TE", "gzip"],
    ["AUTHORIZATION", "Bearer secret"],
    ["Impersonate-User", "evil"],
    ["impersonate-extra-scopes", "evil"],
    ["X-Remote-User", "evil"],
    ["x-REMOTE-group", "system:masters"],
    ["X-Remote-Extra-Foo", "evil"],
    ["X-Own-User", "evil"],
    [":path", "/"],
    ["Host", "me"],
  ].flat();
  assert.deepEqual(sent(...dropped), { "X-Forwarded-For": "10.1.1.1" });
});

test("a client's own addresses come before its own, trailers stay welcome, cookies are one, and a token is no protocol", () => {
  const headers = sent(
    "X-Forwarded-For",
    "1.2.3.4",
    "te",
    "gzip, Trailers",
    "cookie",
    "a=b",
    "cookie",
    "c=d",
    "Sec-WebSocket-Protocol",
    "v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.c2VjcmV0",
  );
  assert.deepEqual(headers, {
    "X-Forwarded-For": "1.2.3.4, 10.1.1.1",
    "Cookie": "a=b; c=d",
    "Te": "trailers",
    "Sec-Websocket-Protocol": "v5.channel.k8s.io",
  });
});
