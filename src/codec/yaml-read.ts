import type { Alias } from "yaml";
import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Pair,
  Parser,
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { type JsonObject, type JsonValue, setOwn } from "../object/json.ts";
import { quoteText } from "../object/quote.ts";
import { maxJsonDepth } from "./json-scan.ts";
import { type PlainScalar, resolvePlain } from "./yaml-scalar.ts";
import { yamlSyntaxMessage } from "./yaml-syntax-message.ts";

/** A text that is no YAML, or that makes more than it may; `message` is the one that clients know. */
export class YamlError extends Error {}

/** The keys that maps of a document have twice, as one message and a line each. */
export interface RepeatedKeys {
  readonly text: string;
  readonly lines: readonly string[];
}

/** What a document says, and which keys it says twice, where there are any; the last one counts. */
export interface ReadYaml {
  readonly value: JsonValue;
  readonly duplicates: RepeatedKeys | undefined;
}

/** So many repeated keys are told. */
const maxReports = 100;

/**
 * Reads the first document of a YAML text as the JSON value that Kubernetes makes of it: keys are texts, `yes` is true,
 * times stay text. Throws YamlError and nothing else; depth and what aliases may multiply are bounded.
 */
export function parseYaml(text: string): ReadYaml {
  const counter = new LineCounter();
  const document = firstDocument(text, counter);
  const [error] = document?.errors ?? [];
  if (error !== undefined) throw new YamlError(`yaml: ${yamlSyntaxMessage(error, text)}`);
  if (document?.contents === null || document?.contents === undefined) return { value: null, duplicates: undefined };
  const reader = new Reader(document, counter);
  const value = reader.read(document.contents, 0);
  const lines = reader.repeated;
  return { value, duplicates: lines.length === 0 ? undefined : { text: `yaml: unmarshal errors:\n  ${lines.join("\n  ")}`, lines } };
}

/** The parser works with a stack of its own, so its depth can be watched; what comes after it recurses. */
function firstDocument(text: string, lines: LineCounter): Document.Parsed | undefined {
  const composer = new Composer({
    version: "1.1",
    schema: "failsafe",
    logLevel: "silent",
    uniqueKeys: false,
    strict: false,
    prettyErrors: false,
  });
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const documents: Document.Parsed[] = [];
  let properties = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (/^[&!]/.test(lexeme)) properties++;
    else if (!/^[ \t\r\n]/.test(lexeme)) properties = 0;
    if (properties > maxProperties) throw new YamlError("yaml: did not find expected node content");
    for (const token of parser.next(lexeme)) for (const document of composer.next(token)) documents.push(document);
    if (parser.stack.length > maxJsonDepth) throw new YamlError("yaml: exceeded max depth");
    if (documents.length > 0) return documents[0];
  }
  for (const token of parser.end()) for (const document of composer.next(token)) documents.push(document);
  for (const document of composer.end(false, text.length)) documents.push(document);
  return documents[0];
}

/** Anchors and tags that stand before one node: more than one of each is wrong, and each is a fault of its own. */
const maxProperties = 100;

class Reader {
  readonly repeated: string[] = [];
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  #nodes = 0;
  #aliased = 0;
  #aliasDepth = 0;
  #targets: ReadonlyMap<Alias, unknown> | undefined;
  /** What aliases stand for that is being read. */
  readonly #open = new Set<unknown>();

  constructor(document: Document.Parsed, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  read(node: unknown, depth: number): JsonValue {
    this.#count();
    if (depth > maxJsonDepth) throw new YamlError("yaml: exceeded max depth");
    if (isAlias(node)) return this.#alias(node, depth);
    if (isScalar(node)) return this.#scalar(node);
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1));
    if (isMap(node)) return this.#map(node, depth);
    return null;
  }

  /** What aliases may add to a document, by the original's rule: 99 % of a small one, a tenth of a huge one. */
  #count(): void {
    this.#nodes++;
    if (this.#aliasDepth > 0) this.#aliased++;
    const share = Math.min(1, Math.max(0, (this.#nodes - 400_000) / 3_600_000));
    if (this.#aliased > 100 && this.#nodes > 1_000 && this.#aliased / this.#nodes > 0.99 - 0.89 * share) {
      throw new YamlError("yaml: document contains excessive aliasing");
    }
  }

  #alias(alias: Alias, depth: number): JsonValue {
    const target = this.#target(alias);
    if (target === undefined) throw new YamlError(`yaml: unknown anchor '${alias.source}' referenced`);
    if (this.#open.has(target)) throw new YamlError(`yaml: anchor '${alias.source}' value contains itself`);
    this.#aliasDepth++;
    this.#open.add(target);
    const value = this.read(target, depth + 1);
    this.#open.delete(target);
    this.#aliasDepth--;
    return value;
  }

  /** What an alias stands for; undefined: nothing. */
  #target(alias: Alias): unknown {
    this.#targets ??= aliasTargets(this.#document);
    return this.#targets.get(alias);
  }

  #scalar(node: Scalar): JsonValue {
    const text = String(node.value ?? "");
    const resolved = resolveTagged(node, text);
    switch (resolved.type) {
      case "null":
        return null;
      case "boolean":
      case "integer":
        return resolved.value;
      case "float":
        if (!Number.isFinite(resolved.value)) throw new YamlError(`json: unsupported value: ${goFloat(resolved.value)}`);
        return resolved.value;
      default:
        return node.tag === BINARY ? Buffer.from(base64(text), "base64").toString("utf8") : text;
    }
  }

  #map(map: YAMLMap, depth: number): JsonObject {
    const object: JsonObject = {};
    const own = new Set<string>();
    for (const pair of map.items) {
      const { key } = pair;
      if (isScalar(key) && isPlain(key) && key.value === "<<") {
        this.#merge(object, own, pair, depth);
        continue;
      }
      const name = this.#key(key);
      if (own.has(name)) this.#reportRepeated(pair, name);
      own.add(name);
      setOwn(object, name, this.read(pair.value, depth + 1));
    }
    return object;
  }

  /** `<<`: members of another map, or of several, that the map does not have itself. */
  #merge(object: JsonObject, own: ReadonlySet<string>, pair: Pair, depth: number): void {
    const { value } = pair;
    if (!isAlias(value)) return this.#mergeFrom(object, own, value, depth);
    this.#aliasDepth++;
    this.#mergeFrom(object, own, this.#target(value), depth);
    this.#aliasDepth--;
  }

  #mergeFrom(object: JsonObject, own: ReadonlySet<string>, source: unknown, depth: number): void {
    const maps: readonly unknown[] = isSeq(source) ? source.items : [source];
    for (const map of maps.toReversed()) {
      const merged = this.read(map, depth + 1);
      if (typeof merged !== "object" || merged === null || Array.isArray(merged)) {
        throw new YamlError("yaml: map merge requires map or sequence of maps as the value");
      }
      for (const [key, value] of Object.entries(merged)) {
        // What is merged into what is merged is gathered anew each time, as if it stood there.
        if (this.#aliasDepth > 1) this.#count();
        if (!own.has(key) && value !== undefined) setOwn(object, key, value);
      }
    }
  }

  #key(key: unknown): string {
    const node = isAlias(key) ? this.#target(key) : key;
    if (!isScalar(node)) throw new YamlError("yaml: invalid map key");
    const text = String(node.value ?? "");
    const resolved = resolveTagged(node, text);
    switch (resolved.type) {
      case "null":
        throw new YamlError("unsupported map key of type: %!s(<nil>), key: <nil>, value: <nil>");
      case "boolean":
      case "integer":
        return String(resolved.value);
      case "float":
        return Number.isFinite(resolved.value) ? String(resolved.value) : text.toLowerCase().replace("+", "");
      default:
        return text;
    }
  }

  #reportRepeated({ key, value }: Pair, name: string): void {
    if (this.repeated.length >= maxReports) return;
    const place = rangeStart(value) ?? rangeStart(key) ?? 0;
    const isText = isScalar(key) && ["string", "timestamp"].includes(resolveTagged(key, String(key.value ?? "")).type);
    const shown = isText ? quoteText(name) : name;
    this.repeated.push(`line ${this.#lines.linePos(place).line}: key ${shown} already set in map`);
  }
}

/** A scalar's meaning by its tag, or by its text where it has none and no quotes. */
function resolveTagged(node: Scalar, text: string): PlainScalar {
  if (node.tag === undefined || node.tag === "" || node.tag === "!") {
    return node.tag !== "!" && isPlain(node) ? resolvePlain(text) : { type: "string" };
  }
  const wanted = coreTags.get(node.tag);
  if (wanted === undefined || wanted === "string") return { type: "string" };
  const resolved = resolvePlain(text);
  if (resolved.type === wanted) return resolved;
  if (wanted === "float" && resolved.type === "integer") return { type: "float", value: Number(resolved.value) };
  throw new YamlError(`yaml: cannot decode ${shortTag(resolved)} \`${text}\` as a ${shortTags[wanted]}`);
}

/** The last node before each alias that has its anchor: for all at once, since to look for one is a walk as well. */
function aliasTargets(document: Document.Parsed): ReadonlyMap<Alias, unknown> {
  const anchored = new Map<string, unknown>();
  const targets = new Map<Alias, unknown>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) targets.set(node, anchored.get(node.source));
      else if (node.anchor) anchored.set(node.anchor, node);
    },
  });
  return targets;
}

const BINARY = "tag:yaml.org,2002:binary";

function base64(text: string): string {
  const bare = text.replaceAll(/[\r\n]/g, "");
  if (bare.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(bare))
    throw new YamlError("yaml: !!binary value contains invalid base64 data");
  return bare;
}

const coreTags = new Map<string, PlainScalar["type"]>([
  ["tag:yaml.org,2002:str", "string"],
  ["tag:yaml.org,2002:int", "integer"],
  ["tag:yaml.org,2002:float", "float"],
  ["tag:yaml.org,2002:bool", "boolean"],
  ["tag:yaml.org,2002:null", "null"],
  ["tag:yaml.org,2002:timestamp", "timestamp"],
]);

const shortTags: Readonly<Record<PlainScalar["type"], string>> = {
  null: "!!null",
  boolean: "!!bool",
  integer: "!!int",
  float: "!!float",
  timestamp: "!!timestamp",
  merge: "!!merge",
  string: "!!str",
};

function shortTag(scalar: PlainScalar): string {
  return shortTags[scalar.type];
}

function isPlain(node: Scalar): boolean {
  return node.type === "PLAIN" || node.type === undefined;
}

function rangeStart(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}

function goFloat(value: number): string {
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
