import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { prepareDirectory, readFileIfThere, writeFileAtomically } from "./data-dir.ts";

async function scratch(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "data-dir-"));
  t.after(() => rm(directory, { recursive: true }));
  return directory;
}

test("a directory is made with those above it, for its owner only; one that exists keeps its mode", async (t) => {
  const directory = await scratch(t);
  await prepareDirectory(join(directory, "a/b"));
  await prepareDirectory(join(directory, "a/b"));
  for (const path of ["a", "a/b"]) assert.equal((await stat(join(directory, path))).mode & 0o777, 0o700);
});

test("a directory that cannot be made is a startup fault", async (t) => {
  const directory = await scratch(t);
  await writeFile(join(directory, "file"), "");
  for (const path of [join(directory, "file"), join(directory, "file/a"), "/proc/a/b"]) {
    await assert.rejects(prepareDirectory(path), { name: "StartupError", message: new RegExp(`^cannot make the directory ${path}: `) });
  }
});

test("a file is replaced whole, with its mode, and nothing is left beside it", async (t) => {
  const path = join(await scratch(t), "file");
  assert.equal(await readFileIfThere(path), undefined);
  await writeFileAtomically(path, "one", 0o600);
  await writeFileAtomically(path, "two", 0o600);
  assert.equal(await readFile(path, "utf8"), "two");
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(join(path, "..")), ["file"]);
});

test("a file that cannot be written is a startup fault that names it, and leaves nothing", async (t) => {
  const directory = await scratch(t);
  await prepareDirectory(join(directory, "taken"));
  await assert.rejects(writeFileAtomically(join(directory, "taken"), "x", 0o600), /^StartupError: cannot write .*taken/);
  assert.deepEqual(await readdir(directory), ["taken"]);
});
