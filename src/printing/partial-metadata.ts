import { parseOwnJson, stringifyJson } from "../codec/json-text.ts";
import { isObject } from "../object/json.ts";

const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;

const NAME = Buffer.from('"metadata"');
const EMPTY_METADATA = Buffer.from("{}");
const END = Buffer.from("}");

/** The versions of meta.k8s.io that a client may name. */
export type MetaVersion = "v1" | "v1beta1";

const HEADS: Readonly<Record<MetaVersion, Buffer>> = {
  v1: Buffer.from('{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":'),
  v1beta1: Buffer.from('{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1beta1","metadata":'),
};

/**
 * An object as PartialObjectMetadata, cut out of its own JSON bytes (compact, as this server writes them). `without`:
 * annotations that are left out.
 */
export function partialMetadata(object: Buffer, version: MetaVersion, without: readonly string[] = []): Buffer {
  const metadata = metadataBytes(object);
  return Buffer.concat([HEADS[version], without.length === 0 ? metadata : withoutAnnotations(metadata, without), END]);
}

function withoutAnnotations(metadata: Buffer, names: readonly string[]): Buffer {
  const value = parseOwnJson(metadata.toString());
  const annotations = isObject(value) ? value["annotations"] : undefined;
  if (!isObject(value) || !isObject(annotations)) return metadata;
  for (const name of names) delete annotations[name];
  if (Object.keys(annotations).length === 0) delete value["annotations"];
  return Buffer.from(stringifyJson(value));
}

/** The bytes of an object's `metadata` member; `{}` without one. Nothing is parsed: strings and brackets are skipped over. */
export function metadataBytes(object: Buffer): Buffer {
  let depth = 0;
  let start = -1;
  for (let at = 0; at < object.length; at++) {
    const byte = object[at];
    if (byte === QUOTE) {
      const end = stringEnd(object, at);
      if (depth === 1 && start < 0 && object[end] === COLON && object.compare(NAME, 0, NAME.length, at, end) === 0) start = end + 1;
      at = end - 1;
    } else if (byte === BRACE_OPEN || byte === BRACKET_OPEN) {
      depth++;
    } else if (byte === BRACE_CLOSE || byte === BRACKET_CLOSE) {
      depth--;
      if (start >= 0 && depth === 1) return object.subarray(start, at + 1);
      if (start >= 0 && depth === 0) return object.subarray(start, at); // a scalar, the last member
    } else if (byte === COMMA && start >= 0 && depth === 1) {
      return object.subarray(start, at);
    }
  }
  return EMPTY_METADATA;
}

/** Where a string that begins at `at` has ended. */
function stringEnd(bytes: Buffer, at: number): number {
  for (;;) {
    at = bytes.indexOf(QUOTE, at + 1);
    if (at < 0) return bytes.length;
    let back = at - 1;
    while (bytes[back] === BACKSLASH) back--;
    if ((at - back) % 2 === 1) return at + 1;
  }
}
