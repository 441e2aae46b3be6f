import assert from "node:assert/strict";
import { test } from "node:test";
import { StorageError } from "../storage.ts";
import { backoff, Connection } from "./connection.ts";
import { paths } from "./messages.ts";

test("pauses between tries grow up to a bound, and are spread over their later half", () => {
  const least = [0, 1, 2, 3, 4, 5, 50].map((failures) => backoff(failures, 50, 500, () => 0));
  const most = [0, 1, 2, 3, 4, 5, 50].map((failures) => backoff(failures, 50, 500, () => 1));
  assert.deepEqual(most, [50, 100, 200, 400, 500, 500, 500]);
  assert.deepEqual(
    least,
    most.map((milliseconds) => milliseconds / 2),
  );
});

test("where no member can be reached, a call goes round them for a while and says so in time, a write without doubt", async () => {
  const connection = new Connection({ servers: ["http://127.0.0.1:1", "http://127.0.0.1:2"], tls: {} });
  const start = performance.now();
  const is = (reason: string) => (error: unknown) => error instanceof StorageError && error.reason === reason;
  await Promise.all([
    assert.rejects(connection.read(paths.range, Buffer.alloc(0)), is("unavailable")),
    assert.rejects(connection.write(paths.txn, Buffer.alloc(0)), is("unavailable")),
  ]);
  const took = performance.now() - start;
  assert.ok(took > 1_000 && took < 8_000, `${took} ms`);
  connection.close();
  await assert.rejects(connection.read(paths.range, Buffer.alloc(0)), is("closed"));
});
