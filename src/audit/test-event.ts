import { factsWriter, type AuditedFacts, type AuditEvent } from "./event.ts";

/** An event for tests, with what is given. */
export function testEvent(change: Partial<AuditEvent> = {}, facts: Partial<AuditedFacts> = {}): AuditEvent {
  const whole: AuditedFacts = {
    level: "RequestResponse",
    auditId: "id-1",
    requestUri: "/api/v1/pods?watch=1",
    verb: "watch",
    user: { name: "jane", groups: ["a", 'b"c'] },
    sourceIps: ["10.0.0.1", "127.0.0.1"],
    userAgent: "test/1",
    receivedAt: "2026-01-02T03:04:05.678000Z",
    ...facts,
  };
  return {
    facts: whole,
    factsJson: factsWriter()(whole),
    stage: "ResponseComplete",
    impersonatedUser: undefined,
    impersonationConstraint: "",
    object: '{"resource":"pods","apiVersion":"v1"}',
    namespace: "",
    status: { code: 200, json: '{"metadata":{},"code":200}' },
    requestObject: "",
    responseObject: "",
    stageAt: "2026-01-02T03:04:06.000001Z",
    annotations: [],
    ...change,
  };
}
