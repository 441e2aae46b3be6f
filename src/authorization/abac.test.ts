import assert from "node:assert/strict";
import { test } from "node:test";
import { abacMode, AbacError, readAbacPolicies } from "./abac.ts";
import type { AuthorizationAttributes, Decision } from "./authorizer.ts";
import { question } from "./test-question.ts";

const line = (spec: object): string => JSON.stringify({ apiVersion: "abac.authorization.kubernetes.io/v1beta1", kind: "Policy", spec });

test("a line of the policy allows what it names to whom it names", () => {
  const cases: [object, Partial<AuthorizationAttributes>, boolean][] = [
    [{ user: "u", namespace: "*", resource: "*", apiGroup: "*" }, { verb: "delete", resource: "pods", namespace: "ns" }, true],
    [{ user: "v", namespace: "*", resource: "*", apiGroup: "*" }, { resource: "pods" }, false],
    [{ user: "u", namespace: "*", resource: "pods", readonly: true }, { verb: "get", resource: "pods" }, true],
    [{ user: "u", namespace: "*", resource: "pods", readonly: true }, { verb: "create", resource: "pods" }, false],
    [{ user: "u", namespace: "ns", resource: "pods" }, { resource: "pods", namespace: "other" }, false],
    [{ user: "u", namespace: "*", resource: "pods" }, { resource: "pods", apiGroup: "apps" }, false],
    [{ group: "g", namespace: "*", resource: "pods" }, { resource: "pods" }, true],
    [{ user: "u", group: "other", namespace: "*", resource: "pods" }, { resource: "pods" }, false],
    [{ namespace: "*", resource: "*", apiGroup: "*" }, { resource: "pods" }, false],
    [{ user: "*", namespace: "*", resource: "pods" }, { resource: "pods" }, true],
    [{ user: "*", namespace: "*", resource: "pods" }, { resource: "pods", user: { name: "u", groups: ["system:unauthenticated"] } }, false],
    [{ user: "u", nonResourcePath: "/debug/*" }, { isResourceRequest: false, path: "/debug/x" }, true],
    [{ user: "u", nonResourcePath: "/debug/*" }, { isResourceRequest: false, path: "/metrics" }, false],
    [{ user: "u", nonResourcePath: "*" }, { resource: "pods" }, false],
    [{ user: "u", namespace: "*", resource: "*", apiGroup: "*" }, { isResourceRequest: false, path: "/metrics" }, false],
  ];
  for (const [spec, asked, allowed] of cases) {
    const decision = abacMode(readAbacPolicies(line(spec))).authorize({ ...ASKED, ...asked }) as Decision;
    assert.deepEqual(
      decision,
      allowed ? { decision: "allow", reason: "" } : { decision: "noOpinion", reason: "No policy matched." },
      JSON.stringify([spec, asked]),
    );
  }
});

test("a file is read line by line, and a line that is no policy is named", () => {
  assert.equal(readAbacPolicies(`# comment\n\n${line({ user: "a" })}\r\n  ${line({ user: "b" })}\n`).length, 2);
  const faults: [string, RegExp][] = [
    [`${line({})}\n{`, /^line 2: /],
    ["[]", /^line 1: it is no JSON object/],
    ['{"user":"old"}', /^line 1: it is no Policy of abac\.authorization\.kubernetes\.io\/v1beta1/],
  ];
  for (const [text, message] of faults)
    assert.throws(
      () => readAbacPolicies(text),
      (error) => error instanceof AbacError && message.test(error.message),
    );
});

const ASKED = question({ user: { name: "u", groups: ["g", "system:authenticated"] } });
