import { parseJson, stringifyJson } from "../codec/json-text.ts";
import { parseYaml } from "../codec/yaml-read.ts";
import { formatDuration } from "../object/duration.ts";
import type { JsonObject, ReadonlyJsonObject } from "../object/json.ts";
import { objectIn, stringIn } from "../object/read.ts";
import type { AuditStage, RequestAudit } from "../request/audit-stage.ts";
import type { RequestContext, UserInfo } from "../request/context.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { objectText, statusOf, type ReadProtobuf } from "./answer-object.ts";
import type { AuditBackend } from "./backend.ts";
import type { AuditEvent, ObjectReference, ResponseStatus } from "./event.ts";
import { copyWithoutManagedFields } from "./managed-fields.ts";
import type { AuditLevel, PolicyRule } from "./policy.ts";
import { isSensitive, withoutBody } from "./secrets.ts";
import { sourceIps } from "./source-ips.ts";
import { TRUNCATED } from "./truncate.ts";

/** Bytes of an answer's object in an event. The original has no limit; a list of everything would take its memory. */
const MAX_RESPONSE_OBJECT = 16 * 1024 * 1024;
/** A user agent is cut to this many characters. */
const MAX_USER_AGENT = 1024;
/** A request that took longer than this many milliseconds says so. */
const SLOW_MS = 500;
/** Annotations that show what a body holds are for levels that show bodies. */
const BODY_ANNOTATIONS = "patch.webhook.admission.k8s.io/";

/** The audit of one request by one rule of the policy. */
export class AuditedRequest implements RequestAudit {
  readonly bodyLimit: number;
  readonly #context: RequestContext;
  readonly #auditId: string;
  readonly #rule: PolicyRule;
  readonly #level: Exclude<AuditLevel, "None">;
  readonly #user: UserInfo | undefined;
  readonly #backend: AuditBackend;
  readonly #clock: () => number;
  readonly #readProtobuf: ReadProtobuf;
  readonly #sourceIps: readonly string[];
  readonly #userAgent: string;
  #object: ObjectReference | undefined;
  #status: ResponseStatus | undefined;
  #requestObject = "";
  #responseObject = "";
  #truncated = false;

  constructor(
    context: RequestContext,
    auditId: string,
    known: boolean,
    level: Exclude<AuditLevel, "None">,
    rule: PolicyRule,
    backend: AuditBackend,
    clock: () => number,
    readProtobuf: ReadProtobuf,
  ) {
    this.#context = context;
    this.#auditId = auditId;
    this.#rule = rule;
    this.#level = level;
    this.#backend = backend;
    this.#clock = clock;
    this.#readProtobuf = readProtobuf;
    this.#user = known ? context.user : undefined;
    this.bodyLimit = level === "RequestResponse" ? MAX_RESPONSE_OBJECT : 0;
    const { request, info } = context;
    this.#sourceIps = sourceIps(request);
    const agent = request.headers["user-agent"];
    this.#userAgent = typeof agent === "string" ? cut(agent) : "";
    this.#object = info.isResourceRequest ? { ...pick(info), uid: "", resourceVersion: "" } : undefined;
  }

  object(object: ReadonlyJsonObject): void {
    const reference = this.#object;
    if (reference !== undefined) {
      const metadata = objectIn(object, "metadata");
      this.#object = {
        ...reference,
        namespace: reference.namespace || stringIn(metadata, "namespace"),
        name: reference.name || stringIn(metadata, "name"),
        uid: reference.uid || stringIn(metadata, "uid"),
        resourceVersion: reference.resourceVersion || stringIn(metadata, "resourceVersion"),
      };
    }
    if (this.#showsRequest) this.#requestObject = stringifyJson(this.#rule.omitManagedFields ? copyWithoutManagedFields(object) : object);
  }

  patch(text: string): void {
    if (this.#showsRequest) this.#requestObject = patchText(text);
  }

  deleteOptions(options: ReadonlyJsonObject): void {
    // The original shows its own form of them, whatever was sent.
    if (this.#showsRequest)
      this.#requestObject = stringifyJson({ ...options, kind: "DeleteOptions", apiVersion: "meta.k8s.io/__internal" });
  }

  answered(answer: ApiAnswer, body: Buffer | undefined): void {
    const found = body === undefined ? undefined : statusOf(answer, body, this.#readProtobuf);
    const status = found !== undefined && !this.#showsRequest && isSensitive(this.#context.info) ? withoutBody(found) : found;
    this.#status = statusWith(status, answer.status);
    if (body === undefined || this.bodyLimit === 0) return;
    if (body.length > this.bodyLimit) this.#truncated = true;
    else if (found !== undefined || answer.status !== 406)
      this.#responseObject = objectText(answer, body, this.#rule.omitManagedFields, this.#readProtobuf);
  }

  streamed(answer: ApiAnswer, body: Buffer | undefined): void {
    if (body === undefined) this.#truncated = true;
    else this.#responseObject = objectText(answer, body, this.#rule.omitManagedFields, this.#readProtobuf);
  }

  panicked(what: string): void {
    const status = { metadata: {}, status: "Failure", message: `APIServer panic'd: ${what}`, reason: "InternalError", code: 500 };
    this.#status = { code: 500, json: JSON.stringify(status) };
  }

  write(stage: AuditStage): boolean | Promise<boolean> {
    if (this.#rule.omitStages.has(stage)) return true;
    return this.#backend.accept(this.#event(stage));
  }

  #event(stage: AuditStage): AuditEvent {
    const { request, info, user, receivedAt, impersonation } = this.#context;
    const stageAt = Math.max(receivedAt, this.#clock());
    return {
      level: this.#level,
      auditId: this.#auditId,
      stage,
      requestUri: request.target,
      verb: info.verb,
      user: this.#user,
      impersonatedUser: impersonation === undefined ? undefined : user,
      impersonationConstraint: impersonation?.constraint ?? "",
      sourceIps: this.#sourceIps,
      userAgent: this.#userAgent,
      object: this.#object,
      status: this.#status,
      requestObject: this.#requestObject,
      responseObject: this.#responseObject,
      receivedAt,
      stageAt,
      annotations: this.#annotations(stage, stageAt - receivedAt),
    };
  }

  #annotations(stage: AuditStage, tookMs: number): readonly (readonly [string, string])[] {
    const annotations = [...this.#context.annotations].filter(([key]) => this.#showsRequest || !key.startsWith(BODY_ANNOTATIONS));
    if (this.#truncated) annotations.push([TRUNCATED, "true"]);
    if (stage === "ResponseComplete" && tookMs > SLOW_MS && this.#context.info.verb !== "watch")
      annotations.push(["apiserver.latency.k8s.io/total", formatDuration(BigInt(Math.round(tookMs * 1000)) * 1000n)]);
    return annotations.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  get #showsRequest(): boolean {
    return this.#level !== "Metadata";
  }
}

function pick({ resource, namespace, name, apiGroup, apiVersion, subresource }: RequestContext["info"]) {
  return { resource, namespace, name, apiGroup, apiVersion, subresource };
}

function cut(text: string): string {
  return text.length <= MAX_USER_AGENT ? text : `${text.slice(0, MAX_USER_AGENT)}...TRUNCATED`;
}

/** What an event says of an answer: the members of its Status, if it is one, and the code that was sent. */
function statusWith(status: JsonObject | undefined, code: number): ResponseStatus {
  if (status === undefined) return { code, json: `{"metadata":{},"code":${code}}` };
  const { kind: _, apiVersion: __, code: ___, ...members } = status;
  return { code, json: stringifyJson({ ...members, code }) };
}

/** A patch on one line: JSON as it is, YAML as the JSON that it means, and what is neither as a text. */
function patchText(text: string): string {
  for (const read of [() => parseJson(text).value, () => parseYaml(text).value]) {
    try {
      return stringifyJson(read());
    } catch {
      continue;
    }
  }
  return JSON.stringify(text);
}
