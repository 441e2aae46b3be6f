import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configKey,
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  environmentName,
  fullyQualifiedName,
  labelKey,
  labelValue,
  maskTrailingHyphen,
  pathSegmentName,
  percent,
  portName,
  portNumber,
  qualifiedNameRules,
  wildcardDnsSubdomain,
} from "./names.ts";

const nameParts =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

test("takes good names", () => {
  for (const name of ["a", "a-b", "0", "a".repeat(63)]) assert.deepEqual(dnsLabel(name), []);
  for (const name of ["a.b", "x-1.example.com", "a".repeat(253)]) assert.deepEqual(dnsSubdomain(name), []);
  for (const key of ["a", "A_b.c", "example.com/Name"]) assert.deepEqual(labelKey(key), []);
  for (const value of ["", "a", "A-1_b.c"]) assert.deepEqual(labelValue(value), []);
  assert.deepEqual(fullyQualifiedName("a.b.c"), []);
  assert.deepEqual(portName("http-1"), []);
  assert.deepEqual(environmentName("a b.c-1"), []);
});

test("says dots when only dots are at fault", () => {
  assert.deepEqual(dnsLabel("a.b"), ["must not contain dots"]);
  assert.match(dnsLabel("A.b")[0] ?? "", /^a lowercase RFC 1123 label must consist/);
});

test("tells length in the unit of the rule, and every other fault too", () => {
  assert.deepEqual(dnsLabel("a".repeat(64)), ["must be no more than 63 characters"]);
  assert.deepEqual(labelValue("a".repeat(64)), ["must be no more than 63 bytes"]);
  assert.equal(dnsSubdomain(`${"a".repeat(300)}_`).length, 2);
  assert.deepEqual(labelValue("é".repeat(40)).length, 2);
});

test("judges the parts of a qualified name apart", () => {
  assert.deepEqual(qualifiedNameRules(""), ["name part must be non-empty", `name part ${nameParts}`]);
  assert.deepEqual(qualifiedNameRules("/a"), ["prefix part must be non-empty"]);
  assert.match(qualifiedNameRules("Bad_Prefix/k")[0] ?? "", /^prefix part a lowercase RFC 1123 subdomain/);
  assert.deepEqual(qualifiedNameRules("a/b/c"), [
    `a valid label key ${nameParts} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
  ]);
});

test("keeps names out of the way of paths", () => {
  assert.deepEqual(pathSegmentName(".."), ["may not be '..'"]);
  assert.deepEqual(pathSegmentName("a/b%"), ["may not contain '/'", "may not contain '%'"]);
  assert.deepEqual(configKey("..a"), ["must not start with '..'"]);
});

test("refuses what else is malformed", () => {
  assert.match(dns1035Label("1a")[0] ?? "", /^a DNS-1035 label must consist.*'\[a-z\]\(\[-a-z0-9\]\*\[a-z0-9\]\)\?'\)$/);
  assert.match(wildcardDnsSubdomain("*")[0] ?? "", /^a wildcard DNS-1123 subdomain must start with/);
  assert.match(percent("x")[0] ?? "", /^a valid percent string/);
  assert.deepEqual(portNumber(0), ["must be between 1 and 65535, inclusive"]);
  assert.deepEqual(portName("123"), ["must contain at least one letter (a-z)"]);
  assert.deepEqual(portName("-a--b"), ["must not contain consecutive hyphens", "must not begin or end with a hyphen"]);
});

test("judges a generated name by its prefix", () => {
  assert.equal(maskTrailingHyphen("web-"), "wea");
  assert.equal(maskTrailingHyphen("-"), "-");
});

test("judges a long hostile text in no time", () => {
  const started = performance.now();
  dnsSubdomain(`${"a-".repeat(500_000)}!`);
  qualifiedNameRules(`${"a.".repeat(500_000)}!`);
  assert.ok(performance.now() - started < 500);
});
