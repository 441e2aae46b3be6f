import type { Auditor } from "../request/audit-stage.ts";
import { AuditedRequest } from "./audited-request.ts";
import type { AuditBackend } from "./backend.ts";
import { factsWriter } from "./event.ts";
import { microTimes } from "./micro-time.ts";
import { ruleFor, type Policy } from "./policy.ts";

/** Audits requests by a policy; `clock` gives milliseconds since the epoch, with fractions. */
export function createAuditor(policy: Policy, backend: AuditBackend, clock: () => number): Auditor {
  const sinks = { backend, clock, time: microTimes(), facts: factsWriter() };
  return (context, auditId, known) => {
    const rule = ruleFor(policy, context.info, known ? context.user : undefined);
    if (rule === undefined || rule.level === "None") return undefined;
    return new AuditedRequest(context, auditId, known, rule.level, rule, sinks);
  };
}
