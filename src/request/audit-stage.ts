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
  /** The answer is known. */
  answered(answer: ApiAnswer): void;
  /** The JSON of an answer that streamed; undefined where it is more than the limit. */
  streamed(json: Buffer | undefined): void;
  /** The request met a bug; `what` is told in the event. */
  panicked(what: string): void;
  /** Writes the event of a stage, unless the policy leaves it out. False: it could not be kept, and that matters. */
  write(stage: AuditStage): boolean | Promise<boolean>;
}

/** Finds out whether a request is audited, and starts that. `known`: its user is; else authentication refused it. */
export type Auditor = (context: RequestContext, auditId: string, known: boolean) => RequestAudit | undefined;

/**
 * The first event of a request whose user is known. Waits only where the backend does: most write at once. Errors:
 * PlainFault where the event cannot be kept and the backend is strict about that.
 */
export function auditReceived(audit: RequestAudit): Promise<void> | undefined {
  const check = (kept: boolean): void => {
    if (!kept) throw new PlainFault("failed to store audit event");
  };
  const kept = audit.write("RequestReceived");
  if (typeof kept !== "boolean") return kept.then(check);
  check(kept);
  return undefined;
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
  audit.answered(answer);
  await audit.write("ResponseStarted");
}

/** The events of an answer. One that streams is given back so that its end is seen. */
export function auditAnswered(audit: RequestAudit, context: RequestContext, { answer, bug }: Outcome): ApiAnswer | Promise<ApiAnswer> {
  if (bug === undefined) audit.answered(answer);
  if (bug !== undefined || !isStatusCode(answer.status))
    return panic(audit, bug ?? `invalid WriteHeader code ${answer.status}`).then(() => answer);
  const long = isLongRunning(context.info);
  const { body, takeOver } = answer;
  const streams = takeOver !== undefined || (typeof body === "function" && context.request.method !== "HEAD");
  const last =
    takeOver !== undefined
      ? { ...answer, takeOver: endedTunnel(audit, takeOver) }
      : typeof body === "function" && streams
        ? { ...answer, body: watched(audit, context, answer, body, long) }
        : answer;
  if (long) return startedAndComplete(audit, last, streams);
  if (streams) return last;
  const kept = audit.write("ResponseComplete");
  return typeof kept === "boolean" ? last : kept.then(() => last);
}

async function startedAndComplete(audit: RequestAudit, answer: ApiAnswer, streams: boolean): Promise<ApiAnswer> {
  await audit.write("ResponseStarted");
  if (!streams) await audit.write("ResponseComplete");
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

type Body = Extract<ApiAnswer["body"], Function>;

/** The body of an answer, with the last event behind it; a peer that has gone before it began ends it too. */
function watched(audit: RequestAudit, { request }: RequestContext, answer: ApiAnswer, body: Body, long: boolean): Body {
  let begun = false;
  request.signal.addEventListener("abort", () => void (begun || audit.write("ResponseComplete")), { once: true });
  const wanted = !long && audit.bodyLimit > 0 && answer.foreign !== true;
  return async (sink) => {
    begun = true;
    const gathering = wanted && answer.json === undefined ? new GatheringSink(sink, audit.bodyLimit) : undefined;
    try {
      await body(gathering ?? sink);
    } finally {
      if (gathering !== undefined) audit.streamed(gathering.bytes());
      else if (wanted && answer.json !== undefined) audit.streamed(await gathered(answer.json(), audit.bodyLimit));
      await audit.write("ResponseComplete");
    }
  };
}

/** A connection that left HTTP, with the last event behind it. */
function endedTunnel(audit: RequestAudit, takeOver: NonNullable<ApiAnswer["takeOver"]>): NonNullable<ApiAnswer["takeOver"]> {
  return async (socket, head) => {
    try {
      await takeOver(socket, head);
    } finally {
      await audit.write("ResponseComplete");
    }
  };
}

/** The bytes of a body that nobody else takes. */
async function gathered(body: Buffer | Body, limit: number): Promise<Buffer | undefined> {
  if (Buffer.isBuffer(body)) return body.length <= limit ? body : undefined;
  const sink = new GatheringSink(NOWHERE, limit);
  await body(sink);
  return sink.bytes();
}

const NOWHERE: BodySink = { write: () => true, drained: async () => {}, pending: 0, closed: false, onClose: () => {} };

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

  write(bytes: Buffer, soon?: boolean): boolean {
    this.#size += bytes.length;
    if (this.#size <= this.#limit) this.#pieces.push(bytes);
    else this.#pieces = [];
    return this.#sink.write(bytes, soon);
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
