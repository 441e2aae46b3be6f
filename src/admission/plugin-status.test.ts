import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_OPINION } from "../authorization/authorizer.ts";
import { admissionPlugins } from "../config/admission-plugins.ts";
import type { ClusterView } from "./cluster-view.ts";
import { allPlugins } from "./plugins.ts";

test("the table of plugins says of each one that exists that it works, and runs them in its order", () => {
  const view = {} as ClusterView;
  const registry = (): never => {
    throw new Error("nothing is asked of the registry before a write comes");
  };
  const built = allPlugins({ view, random: () => Buffer.alloc(0), authorize: () => NO_OPINION, registry }).map(({ name }) => name);
  const said = [...admissionPlugins].filter(([, plugin]) => plugin.status === "works").map(([name]) => name);
  assert.deepEqual(built, said);
});
