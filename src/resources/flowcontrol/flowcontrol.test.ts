import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { at, trialOf } from "../kind-trial.test-support.ts";
import { flowSchema } from "./flow-schema.ts";
import { priorityLevelConfiguration } from "./priority-level-configuration.ts";

const schemas = trialOf(flowSchema, "flowcontrol.apiserver.k8s.io/v1", "FlowSchema");
const levels = trialOf(priorityLevelConfiguration, "flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration");

const resourceRule = { verbs: ["get"], apiGroups: [""], resources: ["pods"], namespaces: ["*"] };
const rule = { subjects: [{ kind: "User", user: { name: "u" } }], resourceRules: [resourceRule] };
const schema = { priorityLevelConfiguration: { name: "p" }, rules: [rule] };

test("a flow schema stands in the middle unless it says where", () => {
  assert.equal(at(schemas.created({ spec: schema }), "spec")["matchingPrecedence"], 1000);
});

test("faults of flow schemas", () => {
  const of = (changed: JsonObject): JsonObject => ({ rules: [{ ...rule, ...changed }] });
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [
      { matchingPrecedence: 1 },
      ["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"],
    ],
    [
      of({ subjects: [{ kind: "User", user: { name: "u" }, group: { name: "g" }, serviceAccount: {} }] }),
      [
        "spec.rules[0].subjects[0].serviceAccount: Forbidden: serviceAccount is forbidden when subject kind is not 'ServiceAccount'",
        "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
      ],
    ],
    [
      of({ resourceRules: [{ ...resourceRule, verbs: ["*", "get"], namespaces: [] }] }),
      [
        `spec.rules[0].resourceRules[0].verbs: Invalid value: ["*","get"]: if '*' is present, must not specify other verbs`,
        "spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace",
      ],
    ],
    [
      of({ nonResourceRules: [{ verbs: ["get"], nonResourceURLs: ["/a*b", "/a/*", "//", "/ x", "/"] }] }),
      [
        'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a*b": wildcard can only do suffix matching',
        'spec.rules[0].nonResourceRules[0].nonResourceURLs[2]: Invalid value: "//": must not contain double slash',
        'spec.rules[0].nonResourceRules[0].nonResourceURLs[3]: Invalid value: "/ x": must not contain white-space',
      ],
    ],
  ];
  for (const [changed, wanted] of rows)
    assert.deepEqual(schemas.faults({ spec: { ...schema, ...changed } }), wanted, JSON.stringify(changed));
});

test("the schemas without which the server is lost never change", () => {
  const [fault = ""] = schemas.faults({ metadata: { name: "exempt" }, spec: schema });
  assert.match(fault, /^spec: Invalid value: \{"PriorityLevelConfiguration":\{"Name":"p"\}.*spec of 'exempt' must equal the fixed value$/);
});

const limited = { nominalConcurrencyShares: 5, limitResponse: { type: "Reject" } };

test("queues have a size, hands and a length where none are given", () => {
  const made = levels.created({ spec: { type: "Limited", limited: { limitResponse: { type: "Queue", queuing: { queues: 16 } } } } });
  assert.deepEqual(at(made, "spec", "limited"), {
    limitResponse: { type: "Queue", queuing: { queues: 16, handSize: 8, queueLengthLimit: 50 } },
    nominalConcurrencyShares: 30,
    lendablePercent: 0,
  });
});

test("faults of priority levels", () => {
  const queue = (queuing: JsonObject): JsonObject => ({ limited: { ...limited, limitResponse: { type: "Queue", queuing } } });
  const at = "spec.limited.limitResponse.queuing";
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [{ type: "Bogus" }, ['spec.type: Unsupported value: "Bogus": supported values: "Exempt", "Limited"']],
    [{ exempt: {} }, ["spec.exempt: Forbidden: must be nil if the type is Limited"]],
    [queue({ queues: 8, handSize: 9 }), [`${at}.handSize: Invalid value: 9: should not be greater than queues (8)`]],
    [
      queue({ queues: 1000, handSize: 100 }),
      [`${at}.handSize: Invalid value: 100: required entropy bits of deckSize 1000 and handSize 100 should not be greater than 60`],
    ],
    [queue({ queues: 64, handSize: 8 }), []],
    [
      { limited: { ...limited, lendablePercent: 101 } },
      ["spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive"],
    ],
  ];
  for (const [changed, wanted] of rows) {
    assert.deepEqual(levels.faults({ spec: { type: "Limited", limited, ...changed } }), wanted, JSON.stringify(changed));
  }
  const [type = ""] = levels.faults({ spec: { type: "Exempt" } });
  assert.equal(type, "spec.type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'");
  assert.deepEqual(levels.faults({ metadata: { name: "exempt" }, spec: { type: "Exempt", exempt: { lendablePercent: 50 } } }), []);
});
