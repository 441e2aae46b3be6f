import { parseJson, stringifyJson } from "../codec/json-text.ts";
import { parseYaml } from "../codec/yaml-read.ts";
import { formatDuration } from "../object/duration.ts";
import type { ReadonlyJsonObject } from "../object/json.ts";
import { objectIn, stringIn } from "../object/read.ts";
import type { AuditStage, RequestAudit } from "../request/audit-stage.ts";
import type { RequestContext } from "../request/context.ts";
import { isLongRunning } from "../request/deadline.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import type { RequestInfo } from "../request/info.ts";
import { jsonOf, objectText, statusOf, valueText } from "./answer-object.ts";
import type { AuditBackend } from "./backend.ts";
import { referenceJson, type AuditedFacts, type FactsJson, type ObjectReference, type ResponseStatus } from "./event.ts";
import { copyWithoutManagedFields } from "./managed-fields.ts";
import type { AuditLevel, PolicyRule } from "./policy.ts";
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

/** Where events go, and what tells and writes their times. */
interface AuditSinks {
  readonly backend: AuditBackend;
  /** Milliseconds since the epoch, with fractions. */
  readonly clock: () => number;
  readonly time: (milliseconds: number) => string;
  readonly facts: (facts: AuditedFacts) => FactsJson;
}

/** The audit of one request by one rule of the policy. */
export class AuditedRequest implements RequestAudit {
  readonly bodyLimit: number;
  readonly #context: RequestContext;
  readonly #rule: PolicyRule;
  readonly #sinks: AuditSinks;
  readonly #facts: AuditedFacts;
  readonly #factsJson: FactsJson;
  readonly #showsRequest: boolean;
  #object: ObjectReference | undefined;
  #objectJson: string;
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
    sinks: AuditSinks,
  ) {
    const { request, info } = context;
    this.#context = context;
    this.#rule = rule;
    this.#sinks = sinks;
    this.#showsRequest = level !== "Metadata";
    this.bodyLimit = level === "RequestResponse" ? MAX_RESPONSE_OBJECT : 0;
    const agent = request.headers["user-agent"];
    this.#facts = {
      level,
      auditId,
      requestUri: request.target,
      verb: info.verb,
      user: known ? context.user : undefined,
      sourceIps: sourceIps(request),
      userAgent: typeof agent === "string" ? cut(agent) : "",
      receivedAt: sinks.time(context.receivedAt),
    };
    this.#factsJson = sinks.facts(this.#facts);
    this.#object = info.isResourceRequest ? referenceOf(info) : undefined;
    this.#objectJson = this.#object === undefined ? "" : referenceJson(this.#object);
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
      this.#objectJson = referenceJson(this.#object);
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

  answered(answer: ApiAnswer): void {
    const found = statusOf(answer);
    this.#status = found === undefined ? plainStatus(answer.status) : statusWith(found, answer.status);
    if (this.bodyLimit === 0) return;
    if (answer.value === undefined) {
      const json = jsonOf(answer);
      if (json !== undefined) this.streamed(json.length <= this.bodyLimit ? json : undefined);
    } else if (found !== undefined || answer.value["kind"] !== "Status")
      this.#responseObject = valueText(answer.value, this.#rule.omitManagedFields);
  }

  streamed(json: Buffer | undefined): void {
    if (json === undefined) this.#truncated = true;
    else this.#responseObject = objectText(json, this.#rule.omitManagedFields);
  }

  panicked(what: string): void {
    const status = { metadata: {}, status: "Failure", message: `APIServer panic'd: ${what}`, reason: "InternalError", code: 500 };
    this.#status = { code: 500, json: JSON.stringify(status) };
  }

  write(stage: AuditStage): boolean | Promise<boolean> {
    if (this.#rule.omitStages.has(stage)) return true;
    const { user, receivedAt, impersonation } = this.#context;
    const stageAt = Math.max(receivedAt, this.#sinks.clock());
    return this.#sinks.backend.accept({
      facts: this.#facts,
      factsJson: this.#factsJson,
      stage,
      impersonatedUser: impersonation === undefined ? undefined : user,
      impersonationConstraint: impersonation?.constraint ?? "",
      object: this.#objectJson,
      namespace: this.#object?.namespace ?? "",
      status: this.#status,
      requestObject: this.#requestObject,
      responseObject: this.#responseObject,
      stageAt: this.#sinks.time(stageAt),
      annotations: this.#annotations(stage, stageAt - receivedAt),
    });
  }

  #annotations(stage: AuditStage, tookMs: number): readonly (readonly [string, string])[] {
    const annotations: (readonly [string, string])[] = [];
    let last = "";
    let sorted = true;
    for (const entry of this.#context.annotations) {
      const [key] = entry;
      if (!this.#showsRequest && key.startsWith(BODY_ANNOTATIONS)) continue;
      annotations.push(entry);
      sorted &&= last < key;
      last = key;
    }
    if (this.#truncated) annotations.push([TRUNCATED, "true"]);
    if (stage === "ResponseComplete" && tookMs > SLOW_MS && !isLongRunning(this.#context.info))
      annotations.push(["apiserver.latency.k8s.io/total", formatDuration(BigInt(Math.round(tookMs * 1000)) * 1000n)]);
    return sorted && annotations.length === this.#context.annotations.size ? annotations : annotations.sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

function referenceOf({ resource, namespace, name, apiGroup, apiVersion, subresource }: RequestInfo): ObjectReference {
  return { resource, namespace, name, uid: "", apiGroup, apiVersion, resourceVersion: "", subresource };
}

function cut(text: string): string {
  return text.length <= MAX_USER_AGENT ? text : `${text.slice(0, MAX_USER_AGENT)}...TRUNCATED`;
}

/** What an event says of an answer that is no Status. */
function plainStatus(code: number): ResponseStatus {
  return { code, json: `{"metadata":{},"code":${code}}` };
}

/** What it says of one that is: its members, and the code that was sent. */
function statusWith(status: ReadonlyJsonObject, code: number): ResponseStatus {
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
