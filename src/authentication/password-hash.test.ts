import assert from "node:assert/strict";
import { test } from "node:test";
import { hashPassword, nobodysHash, passwordCheck, readPasswordHash, type PasswordHash } from "./password-hash.ts";

const isPasswordOf = passwordCheck();

test("a hash that was made here is its password's alone", async () => {
  const hash = readPasswordHash(await hashPassword("right")) as PasswordHash;
  assert.deepEqual([await isPasswordOf("right", hash), await isPasswordOf("wrong", hash)], [true, false]);
});

test("bcrypt's hashes of other programs are taken, what is beyond their 72 bytes not counted", async () => {
  // Made by libxcrypt.
  for (const [password, text] of [
    ["", "$2b$05$abcdefghijklmnopqrstuu0oImNDIy4flhldV9YqunRgBAePKmw7m"],
    ["canary-password", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.G5nJn5egeUGOTDvj4Nuv7tR1y31UGky"],
    ["pässwörd", "$2b$06$XXXXXXXXXXXXXXXXXXXXXOjsihScfUH9ojjnxsOZBqdJrUqgfaLRS"],
    ["x".repeat(100), "$2a$05$/OK.fbVrR/bpIqNJ5ianF.SxYtxMT6nLvr.VBQZzuIj6jr9GV37Si"],
  ] as const) {
    const hash = readPasswordHash(text) as PasswordHash;
    assert.ok(await isPasswordOf(password, hash), text);
    assert.ok(!(await isPasswordOf(`y${password}`, hash)), text);
  }
});

test("other work gets its turn while a costly password is checked", async () => {
  const hash = readPasswordHash("$2b$10$abcdefghijklmnopqrstuu0oImNDIy4flhldV9YqunRgBAePKmw7m") as PasswordHash;
  let turns = 0;
  const counting = setInterval(() => turns++, 1);
  await isPasswordOf("x", hash);
  clearInterval(counting);
  assert.ok(turns > 5, `${turns} turns`);
});

test("what is no hash, or asks for too little or too much, is refused", () => {
  const tail = "abcdefghijklmnopqrstuu0oImNDIy4flhldV9YqunRgBAePKmw7m";
  for (const text of [
    "",
    "secret",
    `$2b$04$${tail}`,
    `$2b$13$${tail}`,
    `$2x$05$${tail}`,
    `$2b$05$${tail}x`,
    `$2b$05$${tail.slice(1)}!`,
    "$6$a$b",
  ])
    assert.equal(readPasswordHash(text), undefined, text);
});

test("nobody's hash costs what another does, and is nobody's", async () => {
  const like = readPasswordHash("$2b$06$XXXXXXXXXXXXXXXXXXXXXOjsihScfUH9ojjnxsOZBqdJrUqgfaLRS") as PasswordHash;
  const hash = nobodysHash(like);
  assert.deepEqual([hash.kind, hash.kind === "bcrypt" && hash.cost], ["bcrypt", 6]);
  assert.ok(!(await isPasswordOf("pässwörd", hash)));
  assert.equal(nobodysHash(undefined).kind, "scrypt");
});
