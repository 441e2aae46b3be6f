import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtobufBodies } from "../protobuf/bodies.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { loadTypes } from "../schema/load.ts";
import { objectText, statusOf } from "./answer-object.ts";

const bodies = new ProtobufBodies(loadTypes(new URL("../../../data/kubernetes-v1.36", import.meta.url)));
const read = (body: Buffer) => bodies.read(body);
const answer: ApiAnswer = { status: 200, headers: { "content-type": "application/vnd.kubernetes.protobuf" } };

test("answers in protobuf are told as those in JSON are", () => {
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message: "no", code: 400 };
  assert.deepEqual(statusOf(answer, bodies.write(status), read), status);
  const metadata = { name: "m", managedFields: [{ manager: "x" }] };
  const object = bodies.write({ kind: "ConfigMap", apiVersion: "v1", metadata });
  assert.equal(statusOf(answer, object, read), undefined);
  assert.equal(objectText(answer, object, true, read), '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"m"}}');
});
