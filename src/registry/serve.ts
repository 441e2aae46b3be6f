import { attributesOfRequest, type AuthorizationAttributes } from "../authorization/authorizer.ts";
import type { refusal } from "../authorization/forbidden.ts";
import { forbidden, methodNotAllowed, notImplemented, type Status } from "../object/status.ts";
import type { RequestContext } from "../request/context.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { isTrue } from "../request/info.ts";
import { JSON_TYPE, negotiateObject, negotiateWatch, patchType, PROTOBUF_TYPE } from "../request/negotiation.ts";
import type { Verb } from "../resources/definition.ts";
import type { ActionHandlers } from "./actions.ts";
import { listAnswer, objectAnswer } from "./answers.ts";
import { valueAnswer, type Call } from "./encode-answer.ts";
import { connect } from "./connect.ts";
import { bodyOf } from "./request-body.ts";
import { readDeleteOptions } from "./delete-body.ts";
import { deleteCollection } from "./delete-collection.ts";
import type { DeleteOptions } from "./delete-options.ts";
import { remove } from "./delete.ts";
import type { Endpoint } from "./endpoint.ts";
import { eventEncoder } from "./event-encoders.ts";
import { get } from "./get.ts";
import { listOptions } from "./list-options.ts";
import { list } from "./list.ts";
import { checkNamespace, createObject, readObject } from "./object-body.ts";
import { patch } from "./patch.ts";
import { put } from "./put.ts";
import type { Registry } from "./registry.ts";
import { resolve } from "./resolve.ts";
import { serveScale } from "./scale.ts";
import { valueTable } from "./table-answer.ts";
import { watch } from "./watch.ts";
import { noWriteOptions, writeOptions } from "./write-options.ts";
import { warn, writeTo, type Write } from "./write.ts";

/** What the verbs need beside the registry. */
interface ResourceServer {
  readonly registry: Registry;
  /** Creates that act instead of storing: reviews, bindings, evictions. */
  readonly actions: ActionHandlers;
  /** Throws StatusError 403 unless the user may do this too (a write that creates). */
  readonly requireAlso: (context: RequestContext, attributes: AuthorizationAttributes, refuse?: typeof refusal) => Promise<void>;
}

interface Served extends Call {
  readonly server: ResourceServer;
  readonly context: RequestContext;
}

/** The verbs, each in a line or two; the work is in the file of its name. */
const VERBS: Readonly<Record<Verb, (call: Served) => Promise<ApiAnswer>>> = {
  get: async (call) => objectAnswer(call, await get(call.registry, call.endpoint, call.query)),
  list: async (call) => listAnswer(call, await list(call.registry, call.endpoint, listOptions(call.query, false))),
  watch: async (call) => ({
    status: 200,
    headers: { "content-type": call.accept.format === "protobuf" ? `${PROTOBUF_TYPE};stream=watch` : JSON_TYPE },
    body: await watch(call.registry, call.endpoint, listOptions(call.query, isTrue(call.query.get("watch"))), eventEncoder(call)),
  }),
  create: async (call) => {
    const write = writeTo(call.registry, call.endpoint, call.context, writeOptions(call.query, "CreateOptions"));
    const object = await readObject(write);
    checkNamespace(object, call.endpoint);
    return objectAnswer(call, await createObject(write, object), 201);
  },
  update: async (call) => {
    const write = writeTo(call.registry, call.endpoint, call.context, writeOptions(call.query, "UpdateOptions"));
    const { record, created } = await put(write, () => mayCreate(call));
    return objectAnswer(call, record, created ? 201 : 200);
  },
  patch: async (call) => {
    const type = patchTypeOf(call);
    const write = writeTo(call.registry, call.endpoint, call.context, writeOptions(call.query, "PatchOptions", type === "apply"));
    const { record, created } = await patch(write, type, () => mayCreate(call));
    return objectAnswer(call, record, created ? 201 : 200);
  },
  delete: async (call) => {
    const { write, options } = await readDelete(call);
    const { record, removed } = await remove(write, call.endpoint.name, options);
    if (!removed) return objectAnswer(call, record, options.orphanDependents === false ? 202 : 200);
    if (call.endpoint.definition.strategy.returnDeletedObject) return objectAnswer(call, record);
    return valueAnswer(call, deletedStatus(call, record.object().metadata.uid ?? ""), 200);
  },
  deletecollection: async (call) => {
    const selection = listOptions(call.query, false);
    const { write, options } = await readDelete(call);
    return listAnswer(call, await deleteCollection(write, options, selection));
  },
};

/** Answers a request for a resource. Errors: StatusError for everything that a client may be told. */
export async function serveResource(server: ResourceServer, context: RequestContext): Promise<ApiAnswer> {
  const { endpoint, verb } = resolve(server.registry.definitions, context.info, context.request.method);
  if (endpoint.definition.custom === true) await server.registry.caches.follow(endpoint.definition);
  if (endpoint.served.deprecation !== undefined) {
    context.warnings.add(endpoint.served.deprecation);
    context.annotations.set("k8s.io/deprecated", "true");
  }
  const call: Served = {
    server,
    context,
    registry: server.registry,
    endpoint,
    query: context.info.query,
    accept: negotiated(context, verb, endpoint),
  };
  const sub = endpoint.subresource;
  if (sub?.definition.type === "connect") {
    await mayStream(call, sub.name);
    return connect(writeTo(call.registry, endpoint, context, noWriteOptions()), context.info, sub.definition);
  }
  if (sub?.definition.type === "scale") return serveScale(call, sub.definition, verb, verb === "patch" ? patchTypeOf(call) : undefined);
  const action = server.actions.find(endpoint);
  if (action !== undefined) {
    const write = writeTo(call.registry, endpoint, context, writeOptions(call.query, "CreateOptions"));
    const { bytes, format } = await bodyOf(context.request);
    const { value, status } = await action(write, bytes, format);
    const isTable = call.accept.transform?.kind === "Table" && endpoint.definition.columns.length > 0;
    return isTable ? valueTable(call, value) : valueAnswer(call, value, status);
  }
  if (sub?.definition.type === "action") throw notImplemented(`${endpoint.definition.plural}/${sub.name} is not served by this server yet`);
  if (endpoint.definition.keyPrefix === undefined) throw notImplemented(`${endpoint.definition.plural} are not served by this server yet`);
  if (sub !== undefined && verb === "create") throw methodNotAllowed();
  return VERBS[verb](call);
}

/** What a delete is to do, with the warnings that it earns. Errors: StatusError 400, 415, 422. */
async function readDelete({ registry, endpoint, context, query }: Served): Promise<{ write: Write; options: DeleteOptions }> {
  const options = await readDeleteOptions(registry, context, query);
  const write = writeTo(registry, endpoint, context, { ...noWriteOptions(), dryRun: options.dryRun, raw: options.raw });
  for (const text of endpoint.definition.strategy.deleteWarnings?.(options) ?? []) warn(write, text);
  return { write, options };
}

/** In which form the answer will be. Errors: StatusError 406. */
function negotiated({ request, info }: RequestContext, verb: Verb, { definition, name, subresource }: Endpoint) {
  const input = { headers: request.headers, query: info.query };
  const custom = definition.custom === true && subresource?.definition.type !== "scale";
  return verb === "watch" ? negotiateWatch(input, custom) : negotiateObject(input, name === "", custom);
}

function patchTypeOf({ context, endpoint }: Served) {
  return patchType(context.request.headers["content-type"], endpoint.definition.custom === true);
}

/** A PUT or apply that creates is a create as well. */
function mayCreate({ server, context }: Served): Promise<void> {
  return server.requireAlso(context, { ...attributesOfRequest(context.info, context.user), verb: "create" });
}

const STREAMS: ReadonlySet<string> = new Set(["exec", "attach", "portforward"]);

/** A GET that becomes a stream into a pod does what a POST does there: it takes the permission to create. */
async function mayStream({ server, context, endpoint }: Served, subresource: string): Promise<void> {
  if (context.request.method !== "GET" || !STREAMS.has(subresource)) return;
  const attributes = { ...attributesOfRequest(context.info, context.user), verb: "create" };
  await server.requireAlso(context, attributes, (_, reason) => forbidden(endpoint.ref, endpoint.name, reason));
}

/** The Status of a delete that is done. */
function deletedStatus({ endpoint }: Served, uid: string) {
  const { group, plural } = endpoint.ref;
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { name: endpoint.name, ...(group === "" ? {} : { group }), kind: plural, uid },
  } satisfies Record<string, unknown> | Status;
}
