import assert from "node:assert/strict";
import { test } from "node:test";
import { dataDirectory } from "../config/data-files.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { flowSchema } from "../resources/flowcontrol/flow-schema.ts";
import { priorityLevelConfiguration } from "../resources/flowcontrol/priority-level-configuration.ts";
import { trialContext } from "../resources/kind-trial.test-support.ts";
import { readBootstrapFlowControl } from "./bootstrap-flowcontrol.ts";

const kinds = { flowschemas: flowSchema, prioritylevelconfigurations: priorityLevelConfiguration };
const table = readBootstrapFlowControl(dataDirectory());

test("what a new cluster begins with is valid by the server's own rules, the mandatory objects among it", () => {
  for (const plural of ["flowschemas", "prioritylevelconfigurations"] as const) {
    const { applyDefaults, strategy } = kinds[plural];
    for (const { name, spec } of table[plural]) {
      const object = { apiVersion: "v1", kind: "X", metadata: { name }, spec: structuredClone(spec) } as unknown as KubeObject;
      applyDefaults?.(object, "v1");
      assert.deepEqual(strategy?.validate?.(object, trialContext), [], name);
      assert.deepEqual(object["spec"], spec, `${name} has no defaults to fill in`);
    }
    const names = table[plural].map(({ name }) => name);
    assert.ok(names.includes("exempt") && names.includes("catch-all"));
  }
});
