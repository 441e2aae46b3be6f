import assert from "node:assert/strict";
import { test } from "node:test";
import type { BodySink } from "../request/exchange.ts";
import { piecesBody } from "./list-answer.ts";

/** A peer that reads what is queued only when it has to be waited for, every `patience`-th piece. */
function slowPeer(patience: number) {
  const queued: Buffer[] = [];
  const read: Buffer[] = [];
  const readAll = (): void => void read.push(...queued.splice(0).map((piece) => Buffer.from(piece)));
  const sink: BodySink = {
    write: (bytes) => queued.push(bytes) % patience !== 0,
    drained: async () => readAll(),
    pending: 0,
    closed: false,
    onClose: () => {},
  };
  return {
    sink,
    text(): string {
      readAll();
      return Buffer.concat(read).toString();
    },
  };
}

for (const patience of [1, 2, 3]) {
  test(`a long list arrives whole at a peer that is waited for after every ${patience} pieces`, async () => {
    // One item is larger than a slab.
    const items = Array.from({ length: 400 }, (_, i) =>
      JSON.stringify({ name: `${i}`, text: String(i % 10).repeat(i === 200 ? 100_000 : 1000) }),
    );
    const bytes = items.map((item) => ({ bytes: Buffer.from(item), start: 0 }));
    const body = piecesBody(Buffer.from('{"items":['), Buffer.from("]}\n"), items.length, (i) => bytes[i] as (typeof bytes)[number]);
    assert.ok(typeof body === "function");
    const peer = slowPeer(patience);
    await body(peer.sink);
    assert.equal(peer.text(), `{"items":[${items.join(",")}]}\n`);
  });
}
