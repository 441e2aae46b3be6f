import type { Authenticator } from "../authentication/authenticator.ts";
import { ANONYMOUS } from "../authentication/authenticator.ts";
import { attributesOfRequest, type Authorizer } from "../authorization/authorizer.ts";
import { refusal } from "../authorization/forbidden.ts";
import { badRequest, unauthorized } from "../object/status.ts";
import type { RequestContext } from "./context.ts";
import type { ApiAnswer, ApiRequest, Handler } from "./exchange.ts";
import { auditAnswered, auditReceived, auditRefused, type Auditor, type RequestAudit } from "./audit-stage.ts";
import { withDeadline } from "./deadline.ts";
import { bugName, EarlyRefusal, faultAnswer, PlainFault, type FaultRules } from "./fault-answer.ts";
import { impersonationStage } from "./impersonate.ts";
import { requestInfo, type RequestInfo } from "./info.ts";
import { isSensitive } from "./secrets.ts";
import { Overdue } from "./overdue.ts";
import { warningHeaders } from "./warning-headers.ts";

/** The stages that differ from server to server; each is one small function. */
interface ChainStages extends FaultRules {
  readonly authenticate: Authenticator;
  /** Whether a request without a credential, for this path, is one of system:anonymous; else it is 401. */
  readonly anonymous: (path: string) => boolean;
  readonly authorize: Authorizer;
  /** The answer to what is no place at all, for whoever asks: nobody's permission is looked at. */
  readonly nowhere?: (info: RequestInfo) => ApiAnswer | undefined;
  readonly dispatch: (context: RequestContext) => Promise<ApiAnswer>;
  /** How long a request other than a watch may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  readonly clock: () => number;
  /** A new identity for the request's Audit-ID header. */
  readonly uuid: () => string;
  /** Undefined: nothing is audited. */
  readonly audit: Auditor | undefined;
}

/**
 * The way of every request, in the order in which it meets the stages: what is asked → who asks → the audit → as whom →
 * may they → the verb.
 * Whatever is thrown on the way becomes an answer here.
 */
export function requestChain(stages: ChainStages): Handler {
  const impersonate = impersonationStage(stages.authorize, stages.clock);
  const overdue = new Overdue();
  return async (request) => {
    const asked = request.headers["audit-id"];
    const auditId = typeof asked === "string" && asked !== "" ? asked : stages.uuid();
    const headers: Record<string, string | readonly string[]> = {
      // Every answer is the client's own and may change any time.
      "cache-control": "no-cache, private",
      "audit-id": auditId,
    };
    let context: RequestContext | undefined;
    let known = false;
    let audit: RequestAudit | undefined;
    let answer: ApiAnswer;
    let bug: string | undefined;
    try {
      const received = (context = receive(request, auditId, stages.clock()));
      await authenticate(received, stages);
      known = true;
      const begun = stages.audit?.(received, auditId, true);
      const storing = begun && auditReceived(begun);
      if (storing !== undefined) await storing;
      received.audit = audit = begun;
      await impersonate(received);
      const nowhere = stages.nowhere?.(received.info);
      if (nowhere === undefined) {
        await authorize(received, stages.authorize);
        answer = await withDeadline(received, stages.requestTimeoutMs, overdue, () => stages.dispatch(received));
      } else answer = nowhere;
    } catch (error) {
      answer = faultAnswer(error, request, stages, context !== undefined && isSensitive(context.info));
      bug = bugName(error);
    }
    if (audit !== undefined && context !== undefined) {
      const told = auditAnswered(audit, context, { answer, bug });
      answer = told instanceof Promise ? await told : told;
    }
    if (stages.audit !== undefined && context !== undefined && !known)
      await auditRefused(stages.audit(context, auditId, false), { answer, bug });
    if (context !== undefined && context.warnings.size > 0) headers["warning"] = warningHeaders([...context.warnings]);
    // Not by spreading: joining three objects so was a tenth of a GET.
    for (const name of Object.keys(answer.headers)) headers[name] = answer.headers[name] as string | readonly string[];
    return { ...answer, headers };
  };
}

/** What is asked. */
function receive(request: ApiRequest, auditId: string, receivedAt: number): RequestContext {
  const info = requestInfo(request.method, request.target);
  if (info === undefined) throw badRequest("the request path does not decode");
  if (info.fault !== undefined) throw new PlainFault(`failed to create RequestInfo: ${info.fault}`);
  return { request, info, auditId, receivedAt, user: ANONYMOUS, warnings: new Set(), annotations: new Map(), audit: undefined };
}

/** Who asks. */
async function authenticate(context: RequestContext, { authenticate: find, anonymous }: ChainStages): Promise<void> {
  const { request, info } = context;
  const user = await find(request, {
    warn: (text) => void context.warnings.add(text),
    annotate: (key, value) => void context.annotations.set(key, value),
  });
  if (user === undefined && !anonymous(info.path)) throw unauthorized();
  context.user = user ?? ANONYMOUS;
}

/** May they. */
async function authorize(context: RequestContext, decide: Authorizer): Promise<void> {
  const attributes = attributesOfRequest(context.info, context.user);
  const { decision, reason, error } = await decide(attributes);
  context.annotations.set("authorization.k8s.io/decision", decision === "allow" ? "allow" : "forbid");
  context.annotations.set("authorization.k8s.io/reason", reason);
  if (decision !== "allow" && error !== undefined) throw new PlainFault(error);
  if (decision !== "allow") throw new EarlyRefusal(refusal(attributes, reason).status);
}
