import { notAcceptable, statusError, unsupportedMediaType, type StatusError } from "../object/status.ts";
import { parseAccept, type AcceptClause } from "./negotiation-accept.ts";
import { wantsPretty } from "./negotiation-pretty.ts";

/** How bytes are written. */
export type Format = "json" | "yaml" | "protobuf";

/** What an answer becomes beside the plain object: `as=Table;g=meta.k8s.io;v=v1` in the Accept header. */
interface Transform {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What was agreed on for an answer. */
export interface Negotiated {
  readonly format: Format;
  /** JSON is indented. */
  readonly pretty: boolean;
  readonly transform?: Transform;
}

/** The parts of a request that negotiation reads. */
export interface NegotiationInput {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly query: URLSearchParams;
}

/** What an endpoint can send. */
interface Offer {
  /** Formats that are written, the preferred one first. */
  readonly formats: readonly Format[];
  /** Formats that are only written with a transform: custom resources are no protobuf, their metadata is. */
  readonly onlyTransformed?: ReadonlySet<Format>;
  /** Whether `as=…` may be answered, in this format. */
  readonly allowsTransform: (transform: Transform, format: Format) => boolean;
}

export const JSON_TYPE = "application/json";
const YAML_TYPE = "application/yaml";
export const PROTOBUF_TYPE = "application/vnd.kubernetes.protobuf";

const FORMATS: ReadonlyMap<string, Format> = new Map([
  [JSON_TYPE, "json"],
  [YAML_TYPE, "yaml"],
  [PROTOBUF_TYPE, "protobuf"],
]);

/** The Content-Type of an answer in a format. */
export const CONTENT_TYPES: Readonly<Record<Format, string>> = { json: JSON_TYPE, yaml: YAML_TYPE, protobuf: PROTOBUF_TYPE };

/** What most clients send, word for word: what they want is known without reading it. */
const USUAL: ReadonlyMap<string, Format> = new Map([
  [JSON_TYPE, "json"],
  [PROTOBUF_TYPE, "protobuf"],
  [`${PROTOBUF_TYPE},${JSON_TYPE}`, "protobuf"],
  [`${PROTOBUF_TYPE}, ${JSON_TYPE}`, "protobuf"],
]);

/** The media types that messages name, whatever this server writes: clients and tests know this text. */
const OBJECT_TYPES: readonly string[] = [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE];
const WATCH_TYPES: readonly string[] = [`${JSON_TYPE};stream=watch`, `${PROTOBUF_TYPE};stream=watch`];

const META = "meta.k8s.io";
const META_VERSIONS: ReadonlySet<string> = new Set(["v1", "v1beta1"]);

/** What object and list endpoints send. */
const OBJECT_OFFER: Offer = {
  formats: ["json", "yaml", "protobuf"],
  allowsTransform: ({ group, version, kind }, format) =>
    group === META &&
    META_VERSIONS.has(version) &&
    (kind === "Table" ? format !== "protobuf" : kind === "PartialObjectMetadata" || kind === "PartialObjectMetadataList"),
};

/** What a watch sends: one JSON document after the other, or protobuf messages with their lengths. */
const WATCH_OFFER: Offer = { ...OBJECT_OFFER, formats: ["json", "protobuf"] };

/** Documents and errors are never transformed. */
const PLAIN_OFFER: Offer = { formats: ["json", "yaml", "protobuf"], allowsTransform: () => false };

const TRANSFORMED_PROTOBUF: ReadonlySet<Format> = new Set(["protobuf"]);
const NONE: ReadonlySet<Format> = new Set();

/** Discovery's aggregated form; other versions of it in Accept are passed over. */
export const DISCOVERY_OFFER: Offer = {
  formats: ["json", "yaml", "protobuf"],
  allowsTransform: ({ group, version, kind }) => group === "apidiscovery.k8s.io" && version === "v2" && kind === "APIGroupDiscoveryList",
};

/**
 * What the answer of an object endpoint will be. `list`: the endpoint also serves watches, which the refusal names;
 * `custom`: its objects have no protobuf form. Errors: StatusError 406.
 */
export function negotiateObject(input: NegotiationInput, list: boolean, custom = false): Negotiated {
  return accepted(input, offerOf(OBJECT_OFFER, custom), list ? [...OBJECT_TYPES, ...WATCH_TYPES] : OBJECT_TYPES, OBJECT_TYPES);
}

/** What the events of a watch will be. Errors: StatusError 406. */
export function negotiateWatch(input: NegotiationInput, custom = false): Negotiated {
  return accepted(input, offerOf(WATCH_OFFER, custom), [...OBJECT_TYPES, ...WATCH_TYPES], WATCH_TYPES);
}

function offerOf(offer: Offer, custom: boolean): Offer {
  return custom ? { ...offer, onlyTransformed: TRANSFORMED_PROTOBUF } : offer;
}

/** What a discovery document (or another plain document) will be. Errors: StatusError 406. */
export function negotiateDocument(input: NegotiationInput, offer: Offer = PLAIN_OFFER): Negotiated {
  return accepted(input, offer, OBJECT_TYPES, OBJECT_TYPES);
}

/**
 * How a failure is told. Never refuses: where nothing that the client accepts can be sent without a transform, it is
 * indented JSON, as the original falls back to.
 */
export function negotiateError(input: NegotiationInput): Negotiated {
  return negotiate(input, PLAIN_OFFER) ?? { format: "json", pretty: true };
}

/** The agreement on an offer, or undefined. */
function negotiate(input: NegotiationInput, offer: Offer): Negotiated | undefined {
  const header = headerText(input.headers["accept"]);
  const pretty = wantsPretty(input.query.get("pretty"), headerText(input.headers["user-agent"]));
  const usual = header === "" || header === "*/*" ? offer.formats[0] : USUAL.get(header);
  if (usual !== undefined && offer.formats.includes(usual) && !(offer.onlyTransformed ?? NONE).has(usual))
    return { format: usual, pretty: pretty && usual === "json" };
  for (const clause of parseAccept(header)) {
    for (const format of offer.formats) {
      if (!names(clause, CONTENT_TYPES[format])) continue;
      const transform = readParameters(clause, offer, format);
      if (transform === "refused" || (transform === undefined && (offer.onlyTransformed ?? NONE).has(format))) continue;
      const indented = format === "json" && (pretty || clause.parameters.get("pretty") === "1");
      return { format, pretty: indented, ...(transform === undefined ? {} : { transform }) };
    }
  }
  return undefined;
}

function names(clause: AcceptClause, mediaType: string): boolean {
  if (clause.type === "*") return clause.subtype === "*";
  return clause.subtype === "*" ? mediaType.startsWith(`${clause.type}/`) : mediaType === `${clause.type}/${clause.subtype}`;
}

/** The transform that a clause asks for, or "refused" where it asks for something that the endpoint does not do. */
function readParameters({ parameters }: AcceptClause, offer: Offer, format: Format): Transform | undefined | "refused" {
  const stream = parameters.get("stream") ?? "";
  if (stream !== "" && (stream !== "watch" || format === "yaml")) return "refused";
  const server = parameters.get("sv") ?? "";
  if (server !== "" && server !== "v1") return "refused";
  const kind = parameters.get("as");
  const group = parameters.get("g");
  const version = parameters.get("v");
  if (kind === undefined && group === undefined && version === undefined) return undefined;
  const transform = { group: group ?? "", version: version ?? "", kind: kind ?? "" };
  return offer.allowsTransform(transform, format) ? transform : "refused";
}

function accepted(input: NegotiationInput, offer: Offer, routeTypes: readonly string[], refusalTypes: readonly string[]): Negotiated {
  if (!routeAccepts(headerText(input.headers["accept"]))) throw routeNotAcceptable(routeTypes);
  const agreed = negotiate(input, offer);
  if (agreed === undefined) throw notAcceptable(refusalTypes);
  return agreed;
}

/**
 * The original's router looks at Accept before the endpoint does: it knows full media types and the full wildcard, but
 * not `application/*`, and no parameters.
 */
function routeAccepts(header: string): boolean {
  if (header === "" || USUAL.has(header)) return true;
  return header.split(",").some((clause) => {
    const mediaType = (clause.split(";", 1)[0] as string).trim();
    return mediaType === "*/*" || FORMATS.has(mediaType);
  });
}

function routeNotAcceptable(types: readonly string[]): StatusError {
  return statusError(406, "NotAcceptable", `406: Not Acceptable\n\nAvailable representations: ${types.join(", ")}`, {});
}

/** How a request body is written. No Content-Type means JSON. Errors: StatusError 415. */
export function bodyFormat(contentType: string | readonly string[] | undefined): Format {
  const text = headerText(contentType);
  const format = text === "" ? "json" : FORMATS.get(mediaTypeOf(text).toLowerCase());
  if (format === undefined) throw unsupportedMediaType(OBJECT_TYPES);
  return format;
}

/** The kinds of patch, by their media types. */
export type PatchType = "json" | "merge" | "strategic" | "apply";

const PATCH_TYPES: ReadonlyMap<string, PatchType> = new Map([
  ["application/json-patch+json", "json"],
  ["application/merge-patch+json", "merge"],
  ["application/strategic-merge-patch+json", "strategic"],
  ["application/apply-patch+yaml", "apply"],
]);

/**
 * What sort of patch a body is. `custom`: the resource is a custom one, which knows no strategic merge and refuses with
 * another text. Errors: StatusError 415.
 */
export function patchType(contentType: string | readonly string[] | undefined, custom: boolean): PatchType {
  const type = PATCH_TYPES.get(mediaTypeOf(headerText(contentType)));
  if (custom) {
    if (type === undefined || type === "strategic") {
      throw unsupportedMediaType([...PATCH_TYPES].filter(([, kind]) => kind !== "strategic").map(([name]) => name));
    }
    return type;
  }
  if (type === undefined) throw statusError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
  return type;
}

function mediaTypeOf(contentType: string): string {
  return (contentType.split(";", 1)[0] as string).trim();
}

function headerText(header: string | readonly string[] | undefined): string {
  return header === undefined ? "" : typeof header === "string" ? header : header.join(",");
}
