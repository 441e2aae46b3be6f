import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMicroTime, instantFromMillis } from "../../object/time.ts";
import { recordOf, storedValue, type ObjectRecord } from "../../storage/cache/record.ts";
import { ClockSkew } from "./clock-skew.ts";

const KEY = "/registry/leases/kube-system/";
let revision = 1;

function lease(name: string, renewed: number): ObjectRecord {
  const value = storedValue({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace: "kube-system", labels: { "apiserver.kubernetes.io/identity": "kube-apiserver" } },
    spec: { renewTime: formatMicroTime(instantFromMillis(renewed)) },
  });
  return recordOf({ key: KEY + name, value, modRevision: ++revision, createRevision: 1, lease: 0 });
}

/** Other servers' renewals as this one sees them; `ahead`: by how much each of their clocks is, `late`: how much later the event comes. */
function watching() {
  let now = Date.UTC(2026, 0, 1);
  const skew = new ClockSkew(() => now);
  return {
    skew,
    pass: (milliseconds: number) => void (now += milliseconds),
    renew(name: string, ahead: number, late = 10) {
      skew.changed({ key: KEY + name, current: lease(name, now + ahead - late), previous: undefined });
    },
  };
}

test("a clock is wrong that differs from those of more than half of the others", () => {
  const { skew, renew, pass } = watching();
  assert.equal(skew.fault(), undefined);
  for (let turn = 0; turn < 3; turn++) {
    renew("a", 1_000);
    renew("b", 60_000);
    pass(10_000);
  }
  assert.equal(skew.fault(), undefined, "b's is, and that is not this server's fault");
  for (let turn = 0; turn < 2; turn++) renew("c", 60_000);
  assert.equal(skew.fault(), "this server's clock is 60.0 s behind that of b; 5 s is the most that servers may differ");
});

test("what comes late says nothing while others of the same server came in time", () => {
  const { skew, renew, pass } = watching();
  renew("a", 0, 20_000);
  assert.equal(skew.fault(), undefined, "one renewal alone");
  pass(10_000);
  renew("a", 0, 10_000);
  pass(10_000);
  renew("a", 0, 100);
  assert.equal(skew.fault(), undefined);
  for (let turn = 0; turn < 4; turn++) renew("a", -7_000);
  assert.match(skew.fault() ?? "", /7\.0 s ahead of that of a/);
});

test("servers that no longer renew, and leases that were there before, are not compared with", () => {
  const { skew, renew, pass } = watching();
  for (let turn = 0; turn < 2; turn++) renew("a", 60_000);
  assert.notEqual(skew.fault(), undefined);
  pass(31_000);
  assert.equal(skew.fault(), undefined);
  for (let turn = 0; turn < 2; turn++) renew("a", 60_000);
  skew.reset();
  assert.equal(skew.fault(), undefined);
  renew("a", 60_000);
  skew.changed({ key: `${KEY}a`, current: undefined, previous: undefined });
  renew("a", 60_000);
  assert.equal(skew.fault(), undefined);
});
