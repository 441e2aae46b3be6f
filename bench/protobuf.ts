import { parseOwnJson, stringifyJson } from "../src/codec/json-text.ts";
import type { JsonObject } from "../src/object/json.ts";
import { PAYLOAD } from "../src/protobuf/envelope.ts";
import { ProtobufReader } from "../src/protobuf/read.ts";
import { ProtobufWriter } from "../src/protobuf/write.ts";
import { ADMIN, testPlane } from "../src/server/test-plane.ts";
import { cpuMicroseconds } from "./cpu.ts";
import { created } from "./created.ts";
import { collections, objects } from "./objects.ts";
import { rounded, type Result } from "./result.ts";

/** Decoding and encoding of a stored 3 KB pod in protobuf, against JSON.parse and JSON.stringify of its JSON. */
export async function benchProtobuf(): Promise<readonly Result[]> {
  const under = await testPlane();
  await created(
    under.as(ADMIN, "POST", "/api/v1/namespaces/default/serviceaccounts", {
      kind: "ServiceAccount",
      apiVersion: "v1",
      metadata: { name: "default" },
    }),
  );
  await created(under.as(ADMIN, "POST", collections.pod, objects.pod("pod-0")));
  const { body } = await under.as(ADMIN, "GET", `${collections.pod}/pod-0`);
  const schema = under.plane.registry.types.schemaForKind({ group: "", version: "v1", kind: "Pod" });
  if (schema === undefined) throw new Error("there are no pods");
  const reader = new ProtobufReader();
  const writer = new ProtobufWriter();
  const text = JSON.stringify(body);
  const message = writer.field(PAYLOAD, body, schema);
  const raw = writer.message(body, schema);
  const object = reader.read(raw, schema);
  // As a server has them: what comes is bytes, and what goes out.
  const json = Buffer.from(text);
  const parse = cpuMicroseconds(() => void JSON.parse(text));
  const stringify = cpuMicroseconds(() => void JSON.stringify(body));
  const own = cpuMicroseconds(() => void Buffer.from(stringifyJson(parseOwnJson(json.toString("utf8")) as JsonObject)));
  const read = cpuMicroseconds(() => void reader.read(raw, schema));
  const write = cpuMicroseconds(() => void writer.message(object, schema));
  return [
    {
      what: `protobuf: decode + encode of a ${text.length}-byte pod, of JSON's`,
      measured: (read + write) / (parse + stringify),
      unit: "",
      aim: { atMost: 1.5 },
      detail: `${rounded(read)} + ${rounded(write)} µs for ${message.length} bytes; JSON ${rounded(parse)} + ${rounded(stringify)}, from bytes to bytes ${rounded(own)}`,
    },
  ];
}
