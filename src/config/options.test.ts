import assert from "node:assert/strict";
import { test } from "node:test";
import { completeOptions } from "./options.ts";
import { parseFlags } from "./parse.ts";

const surroundings = { stateDirectory: "/state", addresses: ["192.0.2.7"] };

test("without options a Config is that of the command without flags", () => {
  assert.deepEqual(completeOptions({}, surroundings), parseFlags([], surroundings).config);
});

test("what follows from an option follows it", () => {
  const config = completeOptions({ dataDir: "/d", bindAddress: "198.51.100.1", limits: { requestTimeout: 5 } }, surroundings);
  assert.equal(config.certDir, "/d/pki");
  assert.equal(config.advertiseAddress, "198.51.100.1");
  assert.equal(config.limits.requestTimeout, 5);
  assert.equal(config.limits.streamsPerConnection, 250);
});
