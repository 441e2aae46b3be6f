import type { Auditor } from "../request/audit-stage.ts";
import type { ReadProtobuf } from "./answer-object.ts";
import { AuditedRequest } from "./audited-request.ts";
import type { AuditBackend } from "./backend.ts";
import { ruleFor, type Policy } from "./policy.ts";

/** Audits requests by a policy; `clock` gives milliseconds since the epoch, with fractions; answers in protobuf are read by `readProtobuf`. */
export function createAuditor(policy: Policy, backend: AuditBackend, clock: () => number, readProtobuf: ReadProtobuf): Auditor {
  return (context, auditId, known) => {
    const rule = ruleFor(policy, context.info, known ? context.user : undefined);
    if (rule === undefined || rule.level === "None") return undefined;
    return new AuditedRequest(context, auditId, known, rule.level, rule, backend, clock, readProtobuf);
  };
}
