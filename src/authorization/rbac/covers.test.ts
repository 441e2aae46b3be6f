import assert from "node:assert/strict";
import { test } from "node:test";
import { missingRules } from "./covers.ts";
import type { PolicyRule } from "./policy-rule.ts";

test("what is not held is told permission by permission", () => {
  const cases: [Partial<PolicyRule>[], Partial<PolicyRule>, number][] = [
    [[{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }], { apiGroups: ["", "apps"], resources: ["pods"], verbs: ["get"] }, 0],
    [[], { apiGroups: ["", "apps"], resources: ["pods", "deployments"], verbs: ["get", "list"] }, 8],
    [
      [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
      { apiGroups: ["", "apps"], resources: ["pods"], verbs: ["get", "list"] },
      3,
    ],
    [[{ apiGroups: [""], resources: ["*/log"], verbs: ["get"] }], { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] }, 0],
    [[{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }], { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] }, 1],
    [
      [{ apiGroups: [""], resources: ["pods"], verbs: ["get"], resourceNames: ["a"] }],
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
      1,
    ],
    [
      [{ apiGroups: [""], resources: ["pods"], verbs: ["get"], resourceNames: ["a"] }],
      { apiGroups: [""], resources: ["pods"], verbs: ["get"], resourceNames: ["a", "b"] },
      1,
    ],
    [[{ nonResourceURLs: ["/debug/*"], verbs: ["get"] }], { nonResourceURLs: ["/debug/x", "/debug"], verbs: ["get"] }, 1],
    [[{ nonResourceURLs: ["/*"], verbs: ["get"] }], { nonResourceURLs: ["*"], verbs: ["get"] }, 1],
    [
      [
        { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
        { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
      ],
      { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] },
      0,
    ],
  ];
  for (const [held, wanted, missing] of cases) {
    assert.equal(missingRules(held.map(rule), [rule(wanted)])?.length, missing, JSON.stringify([held, wanted]));
  }
});

test("a role that says too much to be compared is not compared", () => {
  const many = Array.from({ length: 1000 }, (_, i) => String(i));
  assert.equal(missingRules([], [rule({ apiGroups: many, resources: many, verbs: ["get"] })]), undefined);
});

test("thousands of rules are compared with thousands of other groups, and not where each would be looked at for each", () => {
  const many = (one: (i: number) => Partial<PolicyRule>): PolicyRule[] => Array.from({ length: 4000 }, (_, i) => rule(one(i)));
  const groups = many((i) => ({ apiGroups: [`g${i}`], resources: ["things"], verbs: ["get"] }));
  assert.deepEqual(missingRules(groups, groups), []);
  const names = many((i) => ({ apiGroups: [""], resources: ["things"], verbs: ["get"], resourceNames: [`n${i}`] }));
  assert.equal(missingRules(names, names), undefined);
  const paths = many((i) => ({ nonResourceURLs: [`/a/${i}/*`], verbs: ["get"] }));
  assert.equal(missingRules(paths, paths), undefined);
});

function rule(partial: Partial<PolicyRule>): PolicyRule {
  return { verbs: [], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [], ...partial };
}
