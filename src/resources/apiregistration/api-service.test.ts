import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { at, trialContext, trialOf } from "../kind-trial.test-support.ts";
import { apiService } from "./api-service.ts";

const services = trialOf(apiService, "apiregistration.k8s.io/v1", "APIService");
const metadata = { name: "v1.a.b" };
const spec = { group: "a.b", version: "v1", groupPriorityMinimum: 1, versionPriority: 1, service: { namespace: "n", name: "s" } };

test("what the server itself serves is available from the start", () => {
  const { service: _, ...local } = spec;
  assert.deepEqual(at(services.created({ metadata, spec: local }), "status", "conditions", 0), {
    type: "Available",
    status: "True",
    lastTransitionTime: trialContext.now,
    reason: "Local",
    message: "Local APIServices are always available",
  });
  assert.equal(services.created({ metadata, spec })["status"], undefined);
});

test("faults of API services", () => {
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [{ group: "c.d" }, ['metadata.name: Invalid value: "v1.a.b": must be `spec.version+"."+spec.group`: "v1.c.d"']],
    [{ groupPriorityMinimum: 20001 }, ["spec.groupPriorityMinimum: Invalid value: 20001: must be positive and less than 20000"]],
    [
      { caBundle: "Zm9v", insecureSkipTLSVerify: true },
      ["spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present"],
    ],
    [{ service: {} }, ["spec.service.namespace: Required value", "spec.service.name: Required value"]],
  ];
  for (const [changed, wanted] of rows) {
    assert.deepEqual(services.faults({ metadata, spec: { ...spec, ...changed } }), wanted, JSON.stringify(changed));
  }
});

test("the status door changes neither spec nor labels", () => {
  const old = services.created({ metadata: { ...metadata, labels: { a: "b" } }, spec });
  let seen: JsonObject = {};
  const faults = services.changeFaults(
    old,
    (object) => {
      seen = object;
      object["spec"] = {};
      at(object, "metadata")["labels"] = { c: "d" };
      object["status"] = { conditions: [{ type: "Available", status: "Perhaps" }] };
    },
    "status",
  );
  assert.deepEqual(faults, ['status.conditions[0].status: Unsupported value: "Perhaps": supported values: "True", "False", "Unknown"']);
  assert.deepEqual([at(seen, "spec"), at(seen, "metadata")["labels"]], [at(old, "spec"), { a: "b" }]);
});

test("a cell tells why a service is not available", () => {
  const cell = apiService.cells?.["Available"];
  const made = services.created({ metadata, spec });
  assert.equal(cell?.(made, 0), "Unknown");
  made["status"] = { conditions: [{ type: "Available", status: "False", reason: "ServiceNotFound" }] };
  assert.equal(cell?.(made, 0), "False (ServiceNotFound)");
});
