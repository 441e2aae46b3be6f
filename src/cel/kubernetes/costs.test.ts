import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { RuleCompiler, ruleSchema } from "../../resources/apiextensions/rules.ts";
import { activation, estimateCost, kubernetesEnvironment, schemaSizes } from "./index.ts";

// What is estimated and charged, as clusters do it: which definitions they accept depends on every number.

const base = kubernetesEnvironment();

/** Estimates of a library's functions on literals, at least and at most, and what running them costs. */
const calls: readonly (readonly [text: string, min: number, max: number, actual: number])[] = [
  ["ip('192.168.0.1') == ip('192.168.0.1')", 5, 5, 5],
  ["cidr('2001:db8::/32') == cidr('2001:db8::/32')", 5, 5, 5],
  ["cidr('192.168.0.0/16').containsIP(ip('192.169.169.250'))", 5, 8, 5],
  ["cidr('192.168.0.0/16').containsIP('192.0.0.1')", 4, 7, 4],
  ["cidr('192.168.0.0/16').containsCIDR('192.0.0.0/30')", 7, 11, 7],
  ["cidr('2001:db8::/32').containsIP('2001:db8:3333:4444:5555:6666:7777:8888')", 7, 10, 7],
  ["cidr('2001:db8::/32').containsCIDR(cidr('2001:db8::/126'))", 7, 11, 7],
  ['quantity("200M") == quantity("0.2G") && quantity("0.2G") == quantity("200M")', 3, 6, 6],
  ['format.named("dns1123Label").value() == format.named("dns1123Label").value()', 5, 11, 5],
  ["url('https:://kubernetes.io/') == url('https:://kubernetes.io/')", 7, 9, 7],
];

test("functions of Kubernetes cost what they cost elsewhere", () => {
  for (const [text, min, max, actual] of calls) {
    const { checked, message } = base.compile(text);
    assert.ok(checked !== undefined, message);
    assert.deepEqual({ ...estimateCost(checked) }, { min, max }, text);
    assert.equal(base.program(checked).evaluate(activation({})).cost, actual, text);
  }
});

test("what an expression makes of lists has elements of any size, unless they are declared", () => {
  for (const text of ["['a', 'b'].join(',')", "['a', 'b'].isSorted()", "'a,b'.split(',').join('')"]) {
    const { checked } = base.compile(text);
    assert.ok(checked !== undefined && estimateCost(checked).max > 1e15, text);
  }
});

test("texts in a list are charged by their bytes when it runs, short ones nothing", () => {
  const cost = (text: string): number => {
    const { checked } = base.compile(text);
    assert.ok(checked !== undefined);
    return base.program(checked).evaluate(activation({})).cost;
  };
  assert.equal(cost("['a', 'b', 'c'].isSorted()"), 0);
  assert.equal(cost("['012345678901', '012345678901'].indexOf('x')"), 2);
  assert.equal(cost("[1, 2, 3].sum()"), 3);
});

const array = (items: ReadonlyJsonObject, maxItems?: number): ReadonlyJsonObject => ({
  type: "array",
  items,
  ...(maxItems === undefined ? {} : { maxItems }),
});
const map = (additionalProperties: ReadonlyJsonObject, maxProperties?: number): ReadonlyJsonObject => ({
  type: "object",
  additionalProperties,
  ...(maxProperties === undefined ? {} : { maxProperties }),
});
const text = (maxLength?: number): ReadonlyJsonObject => ({ type: "string", ...(maxLength === undefined ? {} : { maxLength }) });
const format = (name: string): ReadonlyJsonObject => ({ type: "string", format: name });
const number = { type: "number" };
const intOrString = { "x-kubernetes-int-or-string": true };
const object = { type: "object", properties: { required: { type: "string" }, optional: { type: "string" } }, required: ["required"] };

/** The most that a rule may cost over a schema. */
const rules: readonly (readonly [schema: ReadonlyJsonObject, rule: string, cost: number])[] = [
  [array(number), "self.all(x, true)", 4718591],
  [array(format("duration")), "self.all(x, true)", 2359295],
  [array(format("date")), "self.all(x, true)", 725936],
  [array(format("date-time")), "self.all(x, true)", 428963],
  [array(intOrString), "self.all(x, true)", 4718591],
  [map(intOrString), "self.all(x, true)", 1348169],
  [map(object), "self.all(x, true)", 428963],
  [map(text(10), 10), "self.all(x, x.contains(self[x]))", 72],
  [text(10), "self.contains('test')", 5],
  [text(50), 'self.matches("x")', 22],
  [intOrString, "type(self) == int", 314576],
  [object, "type(self.required) == string", 4],
  [text(10), "self.find('[0-9]+') == ''", 11],
  [array(text(10), 10), "self.join(' ') == 'aa bb'", 43],
  [array(text(10), 10), "self.isSorted() == true", 52],
  [array(number), "self[1] == 0.0", 2],
  [array(object), "self[0] == null", 2],
  [array(map(number), 12), "self.all(x, x.y == 25.2)", 74],
  [map(format("duration")), 'self["c"] == self["d"]', 8],
  [{ type: "string", enum: ["A", "LongValue"] }, "self.contains('A')", 2],
  [{ type: "string", enum: ["A", "LongValue"], maxLength: 1000 }, "self.contains('A')", 401],
];

test("rules cost by how many of the smallest items a request has room for, and by bytes", () => {
  for (const [openapi, rule, cost] of rules) {
    const schema = ruleSchema({ type: "object", properties: { part: openapi } }).fields.get("part")?.schema;
    assert.ok(schema !== undefined);
    const compiler = new RuleCompiler();
    const compiled = compiler.rule({ rule }, compiler.declare("self", schema).type);
    assert.ok(compiled.fault === undefined, compiled.fault);
    assert.equal(estimateCost(compiled.checked, schemaSizes(new Map([["self", schema]]))).max, cost, rule);
  }
});

test("rules see nothing of what a schema says nothing about", () => {
  const anything = { "x-kubernetes-preserve-unknown-fields": true };
  const properties = {
    any: anything,
    list: array(anything),
    map: map(anything),
    open: { type: "object", additionalProperties: true },
    kept: { type: "object", ...anything },
  };
  const compiler = new RuleCompiler();
  const self = compiler.declare("self", ruleSchema({ type: "object", properties }));
  const fault = (rule: string): string | undefined => compiler.rule({ rule }, self.type).fault;
  for (const name of ["any", "list", "map"]) assert.match(fault(`has(self.${name})`) ?? "", new RegExp(`undefined field '${name}'`));
  for (const name of ["open", "kept"]) {
    assert.equal(fault(`has(self.${name}) && self.${name} == self.${name}`), undefined);
    assert.match(fault(`self.${name}.a == 1`) ?? "", /undefined field 'a'/);
  }
});

test("a pattern that is none is told when the rule is made ready", () => {
  const compiler = new RuleCompiler();
  const self = compiler.declare("self", ruleSchema({ type: "object", properties: { a: { type: "string" } } }));
  const { fault } = compiler.rule({ rule: "self.a.find('[') == ''" }, self.type);
  assert.equal(fault, "program instantiation failed: error parsing regexp: missing closing ]: `[`");
});

test("a member that is null is absent, nullable or not", () => {
  const compiler = new RuleCompiler();
  const schema = ruleSchema({ type: "object", properties: { a: { type: "string", nullable: true } } });
  const self = compiler.declare("self", schema);
  const compiled = compiler.rule({ rule: "!has(self.a)" }, self.type);
  assert.ok(compiled.fault === undefined);
  assert.equal(compiled.program.evaluate(activation({ self: self.read({ a: null }) })).value, true);
});
