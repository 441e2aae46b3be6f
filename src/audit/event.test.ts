import assert from "node:assert/strict";
import { test } from "node:test";
import { EVENT_HEAD, eventMembers } from "./event.ts";
import { legacyLine } from "./legacy-line.ts";
import { microClock } from "./micro-clock.ts";
import { microTimes } from "./micro-time.ts";
import { sourceIps } from "./source-ips.ts";
import { testEvent } from "./test-event.ts";

test("an event has its members in the original's order, whatever its texts hold", () => {
  const event = testEvent(
    {
      impersonatedUser: { name: "j\u2028o\n", uid: "u", groups: [], extra: new Map([["k", ["v", '"']]]) },
      impersonationConstraint: "impersonate:user-info",
      requestObject: '{"a":1}',
      responseObject: "[]",
      annotations: [["a\\b", "c"]],
    },
    { userAgent: 'quote"', requestUri: "/a\tb" },
  );
  const text = `${EVENT_HEAD}${eventMembers(event)}`;
  assert.deepEqual(JSON.parse(text), {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: "RequestResponse",
    auditID: "id-1",
    stage: "ResponseComplete",
    requestURI: "/a\tb",
    verb: "watch",
    user: { username: "jane", groups: ["a", 'b"c'] },
    impersonatedUser: { username: "j\u2028o\n", uid: "u", extra: { k: ["v", '"'] } },
    authenticationMetadata: { impersonationConstraint: "impersonate:user-info" },
    sourceIPs: ["10.0.0.1", "127.0.0.1"],
    userAgent: 'quote"',
    objectRef: { resource: "pods", apiVersion: "v1" },
    responseStatus: { metadata: {}, code: 200 },
    requestObject: { a: 1 },
    responseObject: [],
    requestReceivedTimestamp: "2026-01-02T03:04:05.678000Z",
    stageTimestamp: "2026-01-02T03:04:06.000001Z",
    annotations: { "a\\b": "c" },
  });
  assert.ok(!text.includes("\n"));
});

test("a legacy line has what is not there in angle brackets, and quotes as Go does", () => {
  assert.equal(
    legacyLine(testEvent({ status: undefined })),
    String.raw`2026-01-02T03:04:05.678Z AUDIT: id="id-1" stage="ResponseComplete" ip="10.0.0.1" method="watch" user="jane" groups="\"a\",\"b\\\"c\"" as="<self>" asgroups="<lookup>" user-agent="test/1" namespace="<none>" uri="/api/v1/pods?watch=1" response="<deferred>"`,
  );
  assert.match(
    legacyLine(testEvent({ namespace: "ns", impersonatedUser: { name: "joe", groups: ["g"] } }, { user: undefined, sourceIps: [] })),
    /ip="<unknown>" .* user="<none>" groups="<none>" as="joe" asgroups="\\"g\\"" .* namespace="ns" .* response="200"$/,
  );
});

test("times have six digits, and a clock that jumps is followed", () => {
  const time = microTimes();
  assert.equal(time(Date.UTC(2026, 0, 2, 3, 4, 5, 6) + 0.7891), "2026-01-02T03:04:05.006789Z");
  assert.equal(time(Date.UTC(2026, 0, 2, 3, 4, 5, 999) + 0.5), "2026-01-02T03:04:05.999500Z");
  assert.equal(time(Date.UTC(2026, 0, 2, 3, 4, 6)), "2026-01-02T03:04:06.000000Z");
  let [wall, counter] = [1000, 5];
  const clock = microClock(
    () => wall,
    () => counter,
  );
  counter += 0.25;
  assert.equal(clock(), 1000.25);
  wall += 5000;
  assert.equal(clock(), 6000);
  counter += 0.5;
  assert.equal(clock(), 6000.5);
});

test("addresses: what proxies say, then the peer, once and in canonical form", () => {
  const of = (address: string, headers: Record<string, string> = {}) =>
    sourceIps({
      method: "GET",
      target: "/",
      headers,
      peer: { address, certificate: undefined },
      body: async () => Buffer.alloc(0),
      signal: new AbortController().signal,
    });
  assert.deepEqual(of("::ffff:10.0.0.9"), ["10.0.0.9"]);
  assert.deepEqual(of("2001:0db8::0001"), ["2001:db8::1"]);
  assert.deepEqual(of(""), []);
  assert.deepEqual(of("10.0.0.2", { "x-forwarded-for": "10.0.0.1, x, 10.0.0.2", "x-real-ip": "10.0.0.1" }), ["10.0.0.1", "10.0.0.2"]);
  assert.equal(of("10.0.0.2", { "x-forwarded-for": "10.0.0.1,".repeat(5000) }).length, 33);
});
