import assert from "node:assert/strict";
import { test } from "node:test";
import { objectIn, objectsIn } from "../object/read.ts";
import { flowSchemaStatus } from "./flow-schema-status.ts";
import { pretendCluster } from "./pretend-cluster.test-support.ts";

const loop = flowSchemaStatus(() => 0);
const schema = { spec: { priorityLevelConfiguration: { name: "p" } } };

test("a flow schema dangles while its priority level is missing", async () => {
  const here = pretendCluster({ "flowschemas//f": schema });
  await loop.reconcile("f", here.client);
  const told = () => objectsIn(objectIn(here.object("flowschemas//f") ?? {}, "status"), "conditions");
  assert.deepEqual(told(), [
    {
      type: "Dangling",
      status: "True",
      lastTransitionTime: "1970-01-01T00:00:00Z",
      reason: "NotFound",
      message: 'This FlowSchema references the PriorityLevelConfiguration object named "p" but there is no such object',
    },
  ]);
  await loop.reconcile("f", here.client);
  assert.equal(here.writes(), 1, "what is told already is not told again");
});

test("a priority level that comes is told to all flow schemas that name it", async () => {
  const here = pretendCluster({ "flowschemas//f": schema, "flowschemas//g": schema, "prioritylevelconfigurations//p": {} });
  await loop.reconcile("/p", here.client);
  for (const name of ["f", "g"]) {
    const [condition] = objectsIn(objectIn(here.object(`flowschemas//${name}`) ?? {}, "status"), "conditions");
    assert.deepEqual([condition?.["status"], condition?.["reason"]], ["False", "Found"]);
  }
});
