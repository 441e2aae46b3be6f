import assert from "node:assert/strict";
import type { JsonObject } from "../object/json.ts";
import { parseGroupVersion } from "../object/kube-object.ts";
import { enveloped, envelopeHead, openEnvelope, PAYLOAD } from "../protobuf/envelope.ts";
import { ProtobufReader } from "../protobuf/read.ts";
import { ProtobufWriter } from "../protobuf/write.ts";
import { gather } from "../request/test-sink.ts";
import { ADMIN, type TestPlane } from "./test-plane.ts";

/** The media type of protobuf bodies. */
export const TYPE = "application/vnd.kubernetes.protobuf";

/** What a test sees of an answer. */
interface Answer {
  readonly status: number;
  readonly type: string;
  readonly value: JsonObject;
}

/** Asks in protobuf and reads what comes, whatever it is. */
export async function ask(under: TestPlane, method: string, target: string, body?: JsonObject, accept = TYPE): Promise<Answer> {
  const request = under.request(ADMIN, method, target, undefined, { accept, "content-type": TYPE });
  const bytes = body === undefined ? Buffer.alloc(0) : written(under, body);
  const answer = await under.plane.handle({ ...request, body: async () => bytes });
  const received = await gather(answer);
  const type = String(answer.headers["content-type"]);
  const value = type === TYPE ? read(under, received) : (JSON.parse(received.toString("utf8")) as JsonObject);
  return { status: answer.status, type, value };
}

function written({ plane: { registry } }: TestPlane, value: JsonObject): Buffer {
  const { apiVersion, kind } = value as { readonly apiVersion: string; readonly kind: string };
  const schema = registry.types.schemaForKind({ ...(parseGroupVersion(apiVersion) ?? assert.fail()), kind }) ?? assert.fail(kind);
  return enveloped(envelopeHead(apiVersion, kind), new ProtobufWriter().field(PAYLOAD, value, schema));
}

/** A protobuf body as JSON. */
export function read({ plane: { registry } }: TestPlane, body: Buffer): JsonObject {
  const { apiVersion, kind, raw } = openEnvelope(body);
  const schema = registry.types.schemaForKind({ ...(parseGroupVersion(apiVersion) ?? assert.fail()), kind }) ?? assert.fail(kind);
  return { kind, apiVersion, ...new ProtobufReader().read(raw, schema) };
}
