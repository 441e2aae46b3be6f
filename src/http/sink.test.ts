import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { StreamSink } from "./sink.ts";

/** A stream that tells what reached it, one text for each time that it was given something. */
function recorder(): { readonly out: Writable; readonly given: string[] } {
  const given: string[] = [];
  const out = new Writable({
    write: (chunk: Buffer, _, done) => {
      given.push(chunk.toString());
      done();
    },
    writev: (chunks, done) => {
      given.push(chunks.map(({ chunk }) => (chunk as Buffer).toString()).join(""));
      done();
    },
  });
  return { out, given };
}

const sinkOver = (out: Writable): StreamSink => new StreamSink(out, 1000, () => assert.fail("stalled"));

test("what may wait goes out as one after the turn, and again in the next", async () => {
  const { out, given } = recorder();
  const sink = sinkOver(out);
  for (const text of ["a", "b", "c"]) sink.write(Buffer.from(text), true);
  assert.deepEqual(given, []);
  await turn();
  assert.deepEqual(given, ["abc"]);
  sink.write(Buffer.from("d"), true);
  await turn();
  assert.deepEqual(given, ["abc", "d"]);
});

test("what may not wait stays behind what was written before it, and the end sends all", async () => {
  const { out, given } = recorder();
  const sink = sinkOver(out);
  sink.write(Buffer.from("now"));
  assert.deepEqual(given, ["now"]);
  sink.write(Buffer.from("a"), true);
  sink.write(Buffer.from("b"));
  sink.end();
  await turn();
  assert.equal(given.join(""), "nowab");
  assert.equal(out.writableFinished, true);
});
