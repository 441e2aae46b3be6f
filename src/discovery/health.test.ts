import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HealthEndpoints, type HealthCheck } from "./health.ts";

const fine = (name: string, doors: HealthCheck["doors"] = ["healthz", "livez", "readyz"]): HealthCheck => ({
  name,
  doors,
  check: () => {},
});
const broken: HealthCheck = {
  name: "etcd",
  doors: ["readyz"],
  check: async () => {
    throw new Error("secret reason");
  },
};

async function ask(checks: readonly HealthCheck[], target: string): Promise<[number, string, string | undefined] | undefined> {
  const [path, query] = target.split("?") as [string, string | undefined];
  const answer = await new HealthEndpoints(checks, { warn: () => {} }).answer(path, new URLSearchParams(query));
  return answer && [answer.status, String(answer.body), answer.headers["x-content-type-options"] as string | undefined];
}

describe("health", () => {
  const checks = [fine("ping"), fine("poststarthook/a"), fine("shutdown", ["readyz"])];

  test("is ok in one word, or check by check when asked for", async () => {
    assert.deepEqual(await ask(checks, "/livez"), [200, "ok", "nosniff"]);
    assert.deepEqual(await ask(checks, "/livez?verbose"), [200, "[+]ping ok\n[+]poststarthook/a ok\nlivez check passed\n", "nosniff"]);
    assert.deepEqual(await ask(checks, "/readyz?verbose=1"), [
      200,
      "[+]ping ok\n[+]poststarthook/a ok\n[+]shutdown ok\nreadyz check passed\n",
      "nosniff",
    ]);
  });

  test("says which checks failed, and not why", async () => {
    assert.deepEqual(await ask([fine("ping"), broken], "/readyz"), [
      500,
      "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n",
      "nosniff",
    ]);
    assert.deepEqual(await ask([fine("ping"), broken], "/livez"), [200, "ok", "nosniff"]);
  });

  test("leaves out what is excluded and warns of what is not there", async () => {
    assert.deepEqual(await ask([fine("ping"), broken], "/readyz?exclude=etcd"), [200, "ok", "nosniff"]);
    assert.deepEqual(await ask([fine("ping"), broken], "/readyz?verbose&exclude=etcd&exclude=nope"), [
      200,
      '[+]ping ok\n[+]etcd excluded: ok\nwarn: some health checks cannot be excluded: no matches for "nope"\nreadyz check passed\n',
      "nosniff",
    ]);
  });

  test("answers one check, with its reason, and 404 for one that does not run behind this door", async () => {
    assert.deepEqual(await ask(checks, "/livez/ping"), [200, "ok", undefined]);
    assert.deepEqual(await ask(checks, "/livez/poststarthook/a"), [200, "ok", undefined]);
    assert.deepEqual(await ask([broken], "/readyz/etcd"), [500, "internal server error: secret reason\n", "nosniff"]);
    for (const path of ["/livez/nope", "/livez/shutdown"])
      assert.deepEqual(await ask(checks, path), [404, "404 page not found\n", "nosniff"]);
    assert.equal(await ask(checks, "/livezz"), undefined);
  });

  test("names its paths", () => {
    assert.deepEqual(new HealthEndpoints([fine("ping", ["livez"])], { warn: () => {} }).paths(), [
      "/healthz",
      "/livez",
      "/livez/ping",
      "/readyz",
    ]);
  });
});
