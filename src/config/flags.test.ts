import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { dataFile } from "./data-files.ts";
import type { FlagType } from "./flag.ts";
import { flagRows, findFlag } from "./flags.ts";
import { readFlagValue } from "./flag-value.ts";

/** Our type for each of kube-apiserver's. */
const types: Readonly<Record<string, FlagType>> = {
  "bool": "bool",
  "int": "int",
  "int64": "int",
  "uint": "int",
  "Level": "int",
  "float32": "float",
  "float64": "float",
  "duration": "duration",
  "string": "string",
  "pattern=N,...": "string",
  "quantity": "string",
  "ip": "ip",
  "stringSlice": "list",
  "int32Slice": "list",
  "stringArray": "repeated",
  "namedCertKey": "repeated",
  "mapStringString": "map",
  "stringToString": "map",
  "colonSeparatedMultimapStringString": "map",
  "portRange": "ports",
};

/** Where our default is another one, and why. */
const ownDefaults: Readonly<Record<string, string>> = {
  "authorization-mode": "AlwaysAllow would be an open door",
  "bind-address": "a new user's server is not for the network",
  "cert-dir": "in the data directory",
  "service-cluster-ip-range": "kube-apiserver warns and takes 10.0.0.0/24",
  "storage-backend": "kube-apiserver knows etcd3 only",
  "storage-media-type": "what is kept as JSON is sent as it is to most clients that look at a cluster of one server",
};

const table = JSON.parse(readFileSync(dataFile("flags.json"), "utf8")) as Readonly<Record<string, { type: string; default: string }>>;

/** kube-apiserver's flags; its defaults as they would be written, not as Go prints them. */
const theirs = Object.entries(table).map(([name, flag]) => ({
  name,
  type: flag.type,
  byDefault: flag.default.replace(/^(<nil>|\[(.*)\])$/, "$2"),
}));

test("every flag of kube-apiserver has a row, of its type and with its default", () => {
  assert.equal(theirs.length, 174);
  for (const { name, type, byDefault } of theirs) {
    const flag = findFlag(name);
    assert.ok(flag, `--${name} has no row`);
    assert.equal(flag.type, types[type], `type of --${name}`);
    if (ownDefaults[name] === undefined) assert.equal(flag.default, byDefault, `default of --${name}`);
  }
});

test("a row that is not kube-apiserver's is in our own section", () => {
  const known = new Set(theirs.map(({ name }) => name));
  const own = flagRows().flatMap(([name]) => (known.has(name) ? [] : [name]));
  assert.deepEqual(own, ["data-dir", "data-quota", "controllers", "allow-client-cidrs", "explain-access", "basic-auth-file"]);
});

test("every default can be read", () => {
  for (const [name, flag] of flagRows()) readFlagValue(name, flag, [flag.default]);
});

test("every row says what it means, in a sentence", () => {
  for (const [name, flag] of flagRows()) assert.match(flag.means, /^.{15,}\.$/, `--${name}`);
});
