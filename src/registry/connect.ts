import { setOwn, type JsonObject, type JsonValue } from "../object/json.ts";
import { groupVersion, type KubeObject } from "../object/kube-object.ts";
import { quoteText } from "../object/quote.ts";
import { badRequest, notImplemented } from "../object/status.ts";
import { parseTime, TimeError } from "../object/time.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { isTrue, type RequestInfo } from "../request/info.ts";
import type { Subresource } from "../resources/definition.ts";
import { subresourceKind } from "../resources/subresource-kind.ts";
import type { ObjectSchema, Schema } from "../schema/schema.ts";
import type { Endpoint } from "./endpoint.ts";
import { get } from "./get.ts";
import { queryInteger } from "./list-options.ts";
import { checkHost, checkLogOptions, LOG_OPTIONS, reachPod } from "./pod-streams.ts";
import { reachService } from "./service-proxy.ts";
import { attributesOf, type Write } from "./write.ts";

type ConnectDefinition = Extract<Subresource, { type: "connect" }>;

/** The parts of a path before what lies behind a proxy: resource, name, subresource. */
const OWN_PARTS = 3;

/**
 * A stream into an object or a request to what it stands for (exec, portforward, proxy…): admission is asked, with the
 * options of the query as the object. Errors: StatusError 400, 404, 422, what admission refuses, and 501, since nothing is
 * connected yet.
 */
export async function connect(write: Write, info: RequestInfo, definition: ConnectDefinition): Promise<ApiAnswer> {
  const { registry, endpoint } = write;
  const name = endpoint.subresource?.name ?? "";
  const asked = subresourceKind(endpoint.served, definition);
  // A log is read by GET: the original asks nobody.
  const isLog = asked.kind === endpoint.served.kind;
  const kind = isLog ? LOG_OPTIONS : asked;
  const schema = registry.types.schemaForKind(kind);
  const options = schema === undefined ? {} : optionsOf(info, schema, isLog);
  if (isLog) {
    checkLogOptions(options, endpoint.name);
  } else {
    // These options are no objects of the API: they have no metadata, and webhooks see none.
    const object = { kind: kind.kind, apiVersion: groupVersion(kind.group, kind.version), ...options } as KubeObject;
    const attributes = attributesOf(write, "CONNECT", endpoint.name, object, undefined);
    await registry.admission.mutate(attributes);
    await registry.admission.validate(attributes);
  }
  const { target, port } = name === "proxy" ? proxied(endpoint) : { target: endpoint, port: "" };
  const object = (await get(registry, target, new URLSearchParams())).object();
  const answer = await reach(write, object, options, port);
  if (answer !== undefined) return answer;
  throw notImplemented(`${endpoint.definition.plural}/${name} is not served by this server yet`);
}

/** The whole answer, where there is nobody to call. Errors: StatusError 400, 404, 500 and 503, where nobody can be. */
async function reach(write: Write, object: KubeObject, options: JsonObject, port: string): Promise<ApiAnswer | undefined> {
  const { kind } = write.endpoint.served;
  if (kind === "Pod") return reachPod(write, object, options);
  if (kind === "Service") await reachService(write, object, port);
  else if (kind === "Node") checkHost(object);
  return undefined;
}

/**
 * The options of a connection as the original reads them from a query: repeated values are lists, and words are true. Zero
 * values tell nothing in most of them.
 */
function optionsOf({ query, parts }: RequestInfo, { fields }: ObjectSchema, keepsZero: boolean): JsonObject {
  const options: JsonObject = {};
  const behind = parts.slice(OWN_PARTS).join("/");
  const path = behind === "" ? "" : `/${behind}`;
  for (const { name, schema, dropZero } of fields.values()) {
    if (name === "kind" || name === "apiVersion") continue;
    const values = name === "path" && parts.length >= OWN_PARTS ? [path] : query.getAll(name);
    if (values.length === 0) continue;
    const value = schema.type === "list" ? values.map((text) => scalar(text, schema.items)) : scalar(values[0] as string, schema);
    const isZero = value === "" || value === 0 || value === false;
    if (keepsZero || !(isZero && dropZero)) setOwn(options, name, value);
  }
  return options;
}

/** Errors: StatusError 400. */
function scalar(text: string, { type }: Schema): JsonValue {
  if (type === "boolean") return isTrue(text.toLowerCase());
  if (type === "time" && text !== "") checkTime(text);
  return type === "int32" || type === "int64" ? queryInteger(text) : text;
}

/** Errors: StatusError 400. */
function checkTime(text: string): void {
  try {
    parseTime(text);
  } catch (error) {
    throw error instanceof TimeError ? badRequest(error.message) : error;
  }
}

/** The object behind a name such as https:web:8443, with the port there, or "". Errors: StatusError 400. */
function proxied(endpoint: Endpoint): { readonly target: Endpoint; readonly port: string } {
  const parts = endpoint.name.split(":");
  const [scheme, name, port = ""] = parts.length === 3 ? parts : ["", parts[0], parts[1]];
  const good = parts.length <= 3 && name !== "" && (scheme === "" || scheme === "http" || scheme === "https");
  if (!good || name === undefined || (parts.length === 2 && port === ""))
    throw badRequest(`invalid ${endpoint.served.kind.toLowerCase()} request ${quoteText(endpoint.name)}`);
  return { target: { ...endpoint, name }, port };
}
