import { request as httpsRequest, type Agent } from "node:https";
import type { IncomingMessage } from "node:http";

/**
 * As much of a protobuf client as tests need, written from the encoding's description (protobuf.dev, "Encoding"; API concepts,
 * "Kubernetes Protobuf encoding") and from nothing of the server: it knows fields by number.
 */

const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** What is written under a field's number. */
type Value = string | number | boolean | Buffer;

/** A message from its fields, in order. */
export function message(...fields: readonly (readonly [number, Value])[]): Buffer {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === "number" || typeof value === "boolean") return Buffer.concat([varint(number << 3), varint(Number(value))]);
      const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
      return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
    }),
  );
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}

/** The fields of a message in their order: number, then a number or bytes. */
function fields(bytes: Buffer): [number, number | Buffer][] {
  const found: [number, number | Buffer][] = [];
  let at = 0;
  const next = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError("a message ends within a number");
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  };
  while (at < bytes.length) {
    const tag = next();
    if ((tag & 7) === 0) found.push([tag >> 3, next()]);
    else if ((tag & 7) === 2) {
      const end = next() + at;
      if (end > bytes.length) throw new RangeError("a field ends behind its message");
      found.push([tag >> 3, bytes.subarray(at, (at = end))]);
    } else throw new RangeError(`wire type ${tag & 7}`);
  }
  return found;
}

/** Everything under one number. */
export function all(bytes: Buffer, number: number): Buffer[] {
  return fields(bytes).flatMap(([found, value]) => (found === number && Buffer.isBuffer(value) ? [value] : []));
}

/** A member by the numbers of the fields on the way; undefined where there is none. */
export function at(bytes: Buffer, ...path: readonly number[]): number | Buffer | undefined {
  let value: number | Buffer | undefined = bytes;
  for (const number of path) {
    if (!Buffer.isBuffer(value)) return undefined;
    value = fields(value).find(([found]) => found === number)?.[1];
  }
  return value;
}

/** The same as text. */
export function textAt(bytes: Buffer, ...path: readonly number[]): string | undefined {
  const value = at(bytes, ...path);
  return Buffer.isBuffer(value) ? value.toString("utf8") : undefined;
}

const MAGIC = Buffer.from("k8s\0");

/** An object in its envelope: what it says that it is, and its message. */
export interface Body {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Buffer;
}

/** The bytes of a body. */
export function envelope({ apiVersion, kind, raw }: Body): Buffer {
  return Buffer.concat([MAGIC, message([1, message([1, apiVersion], [2, kind])], [2, raw], [3, ""], [4, ""])]);
}

/** A body from its bytes. Errors: RangeError for what is none. */
export function opened(bytes: Buffer): Body {
  if (!bytes.subarray(0, 4).equals(MAGIC)) throw new RangeError(`no protobuf body: ${bytes.toString("latin1", 0, 60)}`);
  const unknown = bytes.subarray(4);
  return {
    apiVersion: textAt(unknown, 1, 1) ?? "",
    kind: textAt(unknown, 1, 2) ?? "",
    raw: (at(unknown, 2) as Buffer | undefined) ?? Buffer.alloc(0),
  };
}

interface Reply extends Body {
  readonly status: number;
  readonly type: string;
}

/** Where a client asks, and over which connections. */
export interface ClientOptions {
  readonly url: string;
  readonly agent: Agent;
}

/** Asks and reads the whole answer, which must be protobuf. */
export async function ask(options: ClientOptions, method: string, path: string, body?: Body, accept = PROTOBUF): Promise<Reply> {
  const response = await open(options, method, path, body, accept);
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return { status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", ...opened(Buffer.concat(pieces)) };
}

/** The events of a watch as they come. */
export async function* watch(options: ClientOptions, path: string): AsyncGenerator<{ type: string; object: Body }> {
  const response = await open(options, "GET", path, undefined, `${PROTOBUF};stream=watch`);
  if (response.headers["content-type"] !== `${PROTOBUF};stream=watch`) throw new Error(`a watch of ${response.headers["content-type"]}`);
  let rest = Buffer.alloc(0);
  for await (const piece of response) {
    rest = Buffer.concat([rest, piece as Buffer]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
      const end = 4 + rest.readUInt32BE();
      const event = rest.subarray(4, end);
      yield { type: textAt(event, 1) ?? "", object: opened(at(event, 2, 1) as Buffer) };
      rest = rest.subarray(end);
    }
  }
}

function open(
  { url, agent }: ClientOptions,
  method: string,
  path: string,
  body: Body | undefined,
  accept: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const bytes = body === undefined ? undefined : envelope(body);
    const headers = { accept, ...(bytes === undefined ? {} : { "content-type": PROTOBUF, "content-length": bytes.length }) };
    const sent = httpsRequest(new URL(path, url), { method, agent, headers }, resolve);
    sent.on("error", reject);
    sent.end(bytes);
  });
}
