import assert from "node:assert/strict";
import { test } from "node:test";
import { CONFIG_MAPS, SECRETS } from "../object/resource-ids.ts";
import { labelSecret, publishTracking } from "./legacy-tokens.ts";
import { testPlane } from "./test-plane.ts";

test("labels the Secret that was used, and no other of its name", async () => {
  const { client } = await testPlane();
  const metadata = { namespace: "default", name: "t", labels: { a: "b" } };
  const secret = await client.create(SECRETS, { apiVersion: "v1", kind: "Secret", metadata });
  await labelSecret(client, secret, { used: "today" });
  await labelSecret(client, { ...secret, metadata: { ...secret.metadata, uid: "other" } }, { used: "never" });
  assert.deepEqual((await client.get(SECRETS, "default", "t"))?.metadata.labels, { a: "b", used: "today" });
});

test("says since when uses are noted, and mends what is no day", async () => {
  const { client } = await testPlane();
  const place = ["kube-system", "kube-apiserver-legacy-service-account-token-tracking"] as const;
  await client.ensure({ group: "", plural: "namespaces" }, { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system" } });
  const since = async (): Promise<unknown> => (await client.get(CONFIG_MAPS, ...place))?.["data"];
  await publishTracking(client, 0);
  await publishTracking(client, 1e12);
  assert.deepEqual(await since(), { since: "1970-01-01" });
  for (const broken of ["2026-02-30", "2026-13-01", "today"]) {
    await client.update(CONFIG_MAPS, ...place, (object) => ({ ...object, data: { since: broken, other: "x" } }));
    await publishTracking(client, 1e12);
    assert.deepEqual(await since(), { since: "2001-09-09", other: "x" }, broken);
  }
});
