import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { gunzipSync } from "node:zlib";
import { RotatingFile, type Rotation } from "./rotating-file.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const KEEP: Rotation = { maxBytes: 10, maxAgeMs: 0, maxBackups: 0, compress: false };

async function directory(t: TestContext): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "rotating-"));
  t.after(() => rm(made, { recursive: true }));
  return made;
}

function open(path: string, rotation: Partial<Rotation> = {}): RotatingFile {
  return new RotatingFile(
    path,
    { ...KEEP, ...rotation },
    () => NOW,
    (error) => {
      throw error;
    },
  );
}

test("a full file is put aside under the time in its name, and no line is split or lost", async (t) => {
  const path = join(await directory(t), "below", "audit.log");
  {
    await using file = open(path);
    for (const line of ["12345678\n", "abc\n", "a line longer than a file may be\n", "x\n"]) file.write(line);
  }
  const names = (await readdir(join(path, ".."))).sort();
  assert.deepEqual(names, [
    "audit-2026-01-02T03-04-05.006.log",
    "audit-2026-01-02T03-04-05.007.log",
    "audit-2026-01-02T03-04-05.008.log",
    "audit.log",
  ]);
  const texts = await Promise.all(names.map((name) => readFile(join(path, "..", name), "utf8")));
  assert.equal(texts.join(""), "12345678\nabc\na line longer than a file may be\nx\n");
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test("what an earlier process wrote is appended to, and counts", async (t) => {
  const path = join(await directory(t), "audit.log");
  await writeFile(path, "1234567\n");
  {
    await using file = open(path);
    file.write("a\n");
    file.write("b\n");
  }
  assert.equal(await readFile(path, "utf8"), "b\n");
  assert.equal(await readFile(path.replace(".log", "-2026-01-02T03-04-05.006.log"), "utf8"), "1234567\na\n");
});

test("old files go by count and by age, others are compressed, and strangers stay", async (t) => {
  const here = await directory(t);
  const path = join(here, "audit.log");
  for (const name of ["audit-2026-01-01T00-00-00.000.log", "audit-2020-01-01T00-00-00.000.log.gz", "audit-notes.log", "audit2.log"])
    await writeFile(join(here, name), "old\n");
  {
    await using file = open(path, { maxAgeMs: 24 * 3600 * 1000 * 30, maxBackups: 2, compress: true });
    for (let i = 0; i < 3; i++) file.write("12345678\n");
  }
  assert.deepEqual((await readdir(here)).sort(), [
    "audit-2026-01-02T03-04-05.006.log.gz",
    "audit-2026-01-02T03-04-05.007.log.gz",
    "audit-notes.log",
    "audit.log",
    "audit2.log",
  ]);
  assert.equal(gunzipSync(await readFile(join(here, "audit-2026-01-02T03-04-05.006.log.gz"))).toString(), "12345678\n");
});
