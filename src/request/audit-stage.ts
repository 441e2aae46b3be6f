import type { AuditNotes, RequestContext } from "./context.ts";
import { isLongRunning } from "./deadline.ts";
import type { ApiAnswer, BodySink } from "./exchange.ts";
import { PlainFault } from "./fault-answer.ts";

/** The moments at which an event is written (audit.k8s.io/v1). */
export type AuditStage = "RequestReceived" | "ResponseStarted" | "ResponseComplete" | "Panic";

/** The audit of one request: gathers what there is to say and writes an event a stage. */
export interface RequestAudit extends AuditNotes {
  /** Bytes of an answer's body that are worth gathering; 0: nobody wants them. */
  readonly bodyLimit: number;
  /** The answer is known; `body`: its bytes, of an answer that does not stream. */
  answered(answer: ApiAnswer, body: Buffer | undefined): void;
  /** The bytes of an answer that streamed; undefined where they were more than the limit. */
  streamed(answer: ApiAnswer, body: Buffer | undefined): void;
  /** The request met a bug; `what` is told in the event. */
  panicked(what: string): void;
  /** Writes the event of a stage, unless the policy leaves it out. False: it could not be kept, and that matters. */
  write(stage: AuditStage): boolean | Promise<boolean>;
}

/** Finds out whether a request is audited, and starts that. `known`: its user is; else authentication refused it. */
export type Auditor = (context: RequestContext, auditId: string, known: boolean) => RequestAudit | undefined;

/**
 * A request whose user is known enters the audit. Errors: PlainFault where its
 * event cannot be kept and the backend is strict about that.
 */
export async function auditReceived(auditor: Auditor, context: RequestContext, auditId: string): Promise<RequestAudit | undefined> {
  const audit = auditor(context, auditId, true);
  context.audit = audit;
  if (audit === undefined) return undefined;
  const kept = audit.write("RequestReceived");
  if (!(typeof kept === "boolean" ? kept : await kept)) throw new PlainFault("failed to store audit event");
  return audit;
}

/** What became of a request before its bytes leave. */
export interface Outcome {
  readonly answer: ApiAnswer;
  /** What a request that met a bug says of it; undefined for all others. */
  readonly bug: string | undefined;
}

/** A request that authentication refused has one event, when it is answered. */
export async function auditRefused(audit: RequestAudit | undefined, { answer, bug }: Outcome): Promise<void> {
  if (audit === undefined) return;
  if (bug !== undefined) return panic(audit, bug);
  audit.answered(answer, bufferOf(answer));
  await audit.write("ResponseStarted");
}

/** The events of an answer. One that streams is given back so that its end is seen. */
export async function auditAnswered(audit: RequestAudit, context: RequestContext, { answer, bug }: Outcome): Promise<ApiAnswer> {
  if (bug === undefined) audit.answered(answer, bufferOf(answer));
  if (bug !== undefined || !isStatusCode(answer.status)) {
    await panic(audit, bug ?? `invalid WriteHeader code ${answer.status}`);
    return answer;
  }
  const long = isLongRunning(context.info);
  if (long) await audit.write("ResponseStarted");
  const { body } = answer;
  if (typeof body === "function" && context.request.method !== "HEAD")
    return { ...answer, body: watched(audit, context, answer, body, long) };
  await audit.write("ResponseComplete");
  return answer;
}

async function panic(audit: RequestAudit, what: string): Promise<void> {
  audit.panicked(what);
  await audit.write("Panic");
}

/** What HTTP can send; more makes the original's server panic too. */
function isStatusCode(code: number): boolean {
  return code >= 100 && code <= 999;
}

function bufferOf({ body }: ApiAnswer): Buffer | undefined {
  return Buffer.isBuffer(body) ? body : undefined;
}

type Body = Extract<ApiAnswer["body"], Function>;

/** The body of an answer, with the last event behind it; a peer that has gone before it began ends it too. */
function watched(audit: RequestAudit, { request }: RequestContext, answer: ApiAnswer, body: Body, long: boolean): Body {
  let begun = false;
  request.signal.addEventListener("abort", () => void (begun || audit.write("ResponseComplete")), { once: true });
  return async (sink) => {
    begun = true;
    const gathering = long || audit.bodyLimit === 0 ? undefined : new GatheringSink(sink, audit.bodyLimit);
    try {
      await body(gathering ?? sink);
    } finally {
      if (gathering !== undefined) audit.streamed(answer, gathering.bytes());
      await audit.write("ResponseComplete");
    }
  };
}

/** Passes bytes on and keeps them, up to a limit. */
class GatheringSink implements BodySink {
  readonly #sink: BodySink;
  readonly #limit: number;
  #pieces: Buffer[] = [];
  #size = 0;

  constructor(sink: BodySink, limit: number) {
    this.#sink = sink;
    this.#limit = limit;
  }

  write(bytes: Buffer): boolean {
    this.#size += bytes.length;
    if (this.#size <= this.#limit) this.#pieces.push(bytes);
    else this.#pieces = [];
    return this.#sink.write(bytes);
  }

  drained(): Promise<void> {
    return this.#sink.drained();
  }

  get pending(): number {
    return this.#sink.pending;
  }

  get closed(): boolean {
    return this.#sink.closed;
  }

  onClose(callback: () => void): void {
    this.#sink.onClose(callback);
  }

  bytes(): Buffer | undefined {
    return this.#size <= this.#limit ? Buffer.concat(this.#pieces) : undefined;
  }
}
