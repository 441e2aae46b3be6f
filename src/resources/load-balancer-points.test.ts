import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrorText } from "../object/field-error-message.ts";
import { FieldPath } from "../object/field-path.ts";
import type { KubeObject } from "../object/kube-object.ts";
import type { Check } from "../validation/check.ts";
import { pointHostname, pointIp } from "./load-balancer-points.ts";

function faults(check: Check, value: string): string[] {
  const found: Parameters<Check>[2] = [];
  check(value, FieldPath.root.child("x"), found, undefined);
  return found.map(fieldErrorText);
}

test("a name of a load balancer is none that is an address", () => {
  assert.deepEqual(faults(pointHostname, ""), []);
  assert.deepEqual(faults(pointHostname, "a.example.com"), []);
  assert.deepEqual(faults(pointHostname, "10.0.0.1"), ['x: Invalid value: "10.0.0.1": must be a DNS name, not an IP address']);
  assert.match(faults(pointHostname, "A_").join(), /a lowercase RFC 1123 subdomain/);
});

test("an address of a load balancer must be one, unless the object had it", () => {
  const old: KubeObject = { apiVersion: "v1", kind: "Service", metadata: {}, status: { loadBalancer: { ingress: [{ ip: "010.0.0.1" }] } } };
  assert.deepEqual(faults(pointIp(old), "010.0.0.1"), []);
  assert.equal(faults(pointIp(old), "010.0.0.2").length, 1);
  assert.deepEqual(faults(pointIp(old), ""), []);
});
