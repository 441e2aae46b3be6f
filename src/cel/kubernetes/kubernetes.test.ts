import assert from "node:assert/strict";
import { test } from "node:test";
import { isObject } from "../../object/json.ts";
import type { ObjectSchema, Schema } from "../../schema/schema.ts";
import {
  CombinedTypes,
  CostBudget,
  LazyVariables,
  SchemaTypes,
  VariableTypes,
  activation,
  applyConfigurationTypes,
  authorizerKind,
  authorizerValue,
  budgetExceeded,
  celLimits,
  checkObjectPaths,
  costExceeded,
  escapeFieldName,
  estimateCost,
  evaluateWithAuthorizer,
  isCelIdentifier,
  jsonPatchLibrary,
  jsonPatchTypes,
  kubernetesEnvironment,
  rememberingAuthorize,
  schemaSizes,
  types,
  unescapeFieldName,
  variablesType,
  writeJson,
} from "./index.ts";
import type { AuthorizationAnswer, AuthorizationQuestion, Environment, Program } from "./index.ts";

const base = kubernetesEnvironment();

function program(environment: Environment, text: string): Program {
  const { checked, message } = environment.compile(text);
  assert.ok(checked !== undefined, message);
  return environment.program(checked);
}

function list(items: Schema, validations?: Record<string, number>): Schema {
  return { type: "list", items, listType: "atomic", keys: [], ...(validations === undefined ? {} : { validations }) };
}

function object(fields: Readonly<Record<string, Schema>>, required = false): ObjectSchema {
  return {
    type: "object",
    fields: new Map(Object.entries(fields).map(([name, schema]) => [name, { name, schema, required, dropZero: false }])),
  };
}

test("field names are escaped as rules write them, and back", () => {
  const names: [string, string | undefined][] = [
    ["a", "a"],
    ["namespace", "__namespace__"],
    ["true", "__true__"],
    ["a-b", "a__dash__b"],
    ["a.b/c", "a__dot__b__slash__c"],
    ["a__b", "a__underscores__b"],
    ["__proto__", "__underscores__proto__underscores__"],
    ["1a", undefined],
    ["a b", undefined],
    ["", undefined],
  ];
  for (const [name, escaped] of names) {
    assert.equal(escapeFieldName(name), escaped, name);
    if (escaped !== undefined) assert.equal(unescapeFieldName(escaped), name);
  }
  assert.equal(unescapeFieldName("a__nope__b"), undefined);
  assert.ok(isCelIdentifier("_a1") && !isCelIdentifier("for") && !isCelIdentifier("a-b"));
});

test("a field is read only when it is asked for, and nothing around it", () => {
  const asked: string[] = [];
  const watch = (raw: object, path: string): object =>
    new Proxy(raw, {
      get(target, key, receiver) {
        const value: unknown = Reflect.get(target, key, receiver);
        if (typeof key === "string") asked.push(`${path}.${key}`);
        return isObject(value) ? watch(value, `${path}.${String(key)}`) : value;
      },
    });
  const schemas = new SchemaTypes();
  const self = schemas.declare("self", object({ a: object({ b: { type: "int64" }, c: { type: "string" } }), d: { type: "string" } }));
  const environment = base.extend({ types: schemas, variables: [["self", self.type]] });
  const raw = watch({ a: { b: 1, c: "x" }, d: "y" }, "");
  const result = program(environment, "self.a.b == 1").evaluate(activation({ self: self.read(raw) }));
  assert.equal(result.value, true);
  assert.deepEqual(asked, [".a", ".a.b"]);
});

test("schemas that contain themselves are types like others", () => {
  const fields = new Map<string, { name: string; schema: Schema; required: boolean; dropZero: boolean }>();
  const node: ObjectSchema = { type: "object", fields };
  fields.set("value", { name: "value", schema: { type: "int64" }, required: true, dropZero: false });
  fields.set("next", { name: "next", schema: node, required: true, dropZero: false });
  fields.set("all", { name: "all", schema: list(node), required: true, dropZero: false });
  const schemas = new SchemaTypes();
  const self = schemas.declare("self", node);
  const environment = base.extend({ types: schemas, variables: [["self", self.type]] });
  const { checked } = environment.compile("self.next.next.all.all(n, n.next.value > self.value)");
  assert.ok(checked !== undefined);
  assert.ok(estimateCost(checked, schemaSizes(new Map([["self", node]]))).max > 0);
  const value = { value: 1, next: { next: { all: [{ next: { value: 2 } }] } } };
  assert.equal(environment.program(checked).evaluate(activation({ self: self.read(value) })).value, true);
});

test("data that is not as its schema says is an error, not a wrong value", () => {
  const schemas = new SchemaTypes();
  const self = schemas.declare(
    "self",
    object({ a: { type: "int64" }, b: list({ type: "string" }), c: object({}), d: { type: "string", format: "date-time" } }),
  );
  const environment = base.extend({ types: schemas, variables: [["self", self.type]] });
  for (const [text, raw] of [
    ["self.a > 1", { a: "x" }],
    ["self.a > 1", { a: 1.5 }],
    ["self.b.size() > 0", { b: {} }],
    ["self.c == self.c", { c: 1 }],
    ["self.d > self.d", { d: "x" }],
  ] as const) {
    assert.match(program(environment, text).evaluate(activation({ self: self.read(raw) })).error?.message ?? "", /invalid data/);
  }
});

test("estimates go by declared bounds, else by what a request has room for", () => {
  const cost = (text: string, schema: Schema): number => {
    const schemas = new SchemaTypes();
    const self = schemas.declare("self", schema);
    const { checked, message } = base.extend({ types: schemas, variables: [["self", self.type]] }).compile(text);
    assert.ok(checked !== undefined, message);
    return estimateCost(checked, schemaSizes(new Map([["self", schema]]))).max;
  };
  const bounded = (max: number): Schema => ({ type: "string", validations: { maxLength: max } });
  // self 1, .startsWith: its argument's characters; a loop: each turn once for the condition (2) and the step
  assert.equal(cost("self.startsWith('abcdefghijk')", bounded(10)), 3);
  assert.equal(cost("self == 'x'", bounded(10)), 2);
  // a character is up to four bytes; numbers and keys of maps have no size that comparing them could cost
  assert.equal(cost("self.all(x, x == 1)", list({ type: "int64" }, { maxItems: 10 })), 2 + 10 * (2 + 1 + 1));
  assert.equal(cost("self.contains(self)", bounded(25)), 2 + 10 * 10);
  assert.equal(cost("self.matches('^[a-z]+$')", bounded(24)), 1 + 10 * 2);
  assert.ok(cost("self.all(x, true)", list({ type: "string" })) < 4 * celLimits.requestBytes);
  const nested = list(list(list({ type: "int64" })));
  assert.ok(cost("self.all(a, a.all(b, b.all(c, c > 0)))", nested) > celLimits.staticRule);
  assert.ok(cost("self.all(x, self.all(y, x == y))", list({ type: "string" })) > celLimits.staticRule);
  assert.ok(cost("self.all(x, self.all(y, x == y))", list(bounded(10), { maxItems: 100 })) < celLimits.staticRule);
  // required members make items larger, so that fewer fit
  const large = cost("self.all(x, true)", list(object({ longname: { type: "string" } }, true)));
  assert.ok(large < cost("self.all(x, true)", list(object({ longname: { type: "string" } }))));
});

test("what an evaluation costs is no more than was estimated", () => {
  const schema = object({ l: list({ type: "string", validations: { maxLength: 5 } }, { maxItems: 3 }), n: { type: "int64" } });
  const schemas = new SchemaTypes();
  const self = schemas.declare("self", schema);
  const environment = base.extend({ types: schemas, variables: [["self", self.type]] });
  const values = activation({ self: self.read({ l: ["abcde", "fghij", "klmno"], n: 3 }) });
  for (const text of [
    "self.l.all(x, x.size() < 9)",
    "self.l.map(x, x + x).join(',').size() > 3",
    "self.l.exists(x, x.matches('[a-z]+'))",
    "self.l.filter(x, x != 'a').size() == self.n",
    "self.l.isSorted() && self.l.indexOf('x') < 0",
    "has(self.n) ? self.n > 1 : false",
    "self.l.map(x, x.upperAscii()).all(x, x.startsWith('A') || x.contains('B'))",
    "self.l.all(i, x, i < self.n)",
    "self.l.transformMap(i, x, x + 'a').size() == 3",
    "sets.contains(self.l, ['abcde'])",
    "self.l.sort() == self.l",
    "[self.l, self.l].flatten().distinct().size() == 3",
  ]) {
    const { checked, message } = environment.compile(text);
    assert.ok(checked !== undefined, message);
    const { min, max } = estimateCost(checked, schemaSizes(new Map([["self", schema]])));
    const { cost, error } = environment.program(checked).evaluate(values);
    assert.equal(error, undefined);
    assert.ok(cost <= max, `${text} cost ${cost}, estimated ${min} to ${max}`);
  }
});

test("expressions share a budget", () => {
  const spender = program(base, "lists.range(1000).all(i, i >= 0)");
  const budget = new CostBudget(13_000);
  const none = activation({});
  assert.equal(budget.evaluate(spender, none).value, true);
  assert.equal(budget.evaluate(spender, none).error?.message, undefined);
  assert.equal(budget.evaluate(spender, none).error?.message, budgetExceeded);
  assert.ok(budget.exhausted);
  assert.equal(new CostBudget().evaluate(spender, none, 100).error?.message, costExceeded);
});

test("a policy's variables are computed once, when they are read", () => {
  const declared = new VariableTypes();
  const environment = base.extend({
    types: declared,
    variables: [
      ["variables", variablesType],
      ["n", types.intType],
    ],
  });
  const first = program(environment, "n * 2");
  declared.declare("double", types.intType);
  assert.match(environment.compile("variables.later").message ?? "", /undefined field 'later'/);
  declared.declare("more", types.intType);
  const second = program(environment, "variables.double + 1");
  declared.declare("broken", types.intType);
  const programs = new Map([
    ["double", first],
    ["more", second],
    ["broken", program(environment, "1 / (n - 4)")],
  ]);
  let reads = 0;
  const variables = new LazyVariables(programs, { find: (name) => (name === "n" ? (reads++, 4) : undefined) }, new CostBudget());
  const evaluate = (text: string) =>
    program(environment, text).evaluate({ find: (name) => (name === "variables" ? variables : undefined) });
  assert.equal(evaluate("variables.more + variables.double + variables.more").value, 26);
  assert.equal(reads, 1);
  assert.equal(evaluate("variables.broken == 1").error?.message, 'composited variable "broken" fails to evaluate: division by zero');
});

test("an authorizer may answer later, and is asked each question once", async () => {
  const environment = base.extend({ variables: [["authorizer", authorizerKind.type]] });
  const questions: AuthorizationQuestion[] = [];
  const authorize = rememberingAuthorize(async (question): Promise<AuthorizationAnswer> => {
    questions.push(question);
    await Promise.resolve();
    if (question.verb === "fail") throw new Error("down");
    return { allowed: question.verb === "get", reason: "" };
  });
  const variables = activation({ authorizer: authorizerValue(authorize) });
  const check = "authorizer.group('').resource('pods').namespace('n').fieldSelector('a=b').check";
  const result = await evaluateWithAuthorizer(
    program(environment, `!${check}('list').allowed() && ${check}('get').allowed() && ${check}('get').allowed()`),
    variables,
  );
  assert.equal(result.value, true);
  assert.deepEqual(
    questions,
    ["list", "get"].map((verb) => ({ group: "", resource: "pods", namespace: "n", fieldSelector: "a=b", verb })),
  );
  const down = await evaluateWithAuthorizer(program(environment, `${check}('fail').error()`), variables);
  assert.equal(down.value, "down");
  const dear = await evaluateWithAuthorizer(
    program(environment, `${check}('a').allowed() || ${check}('b').allowed() || ${check}('c').allowed()`),
    variables,
    { costLimit: celLimits.perCall },
  );
  assert.equal(dear.error?.message, costExceeded);
});

test("mutations are made of objects and of patches", () => {
  const environment = base.extend({ types: new CombinedTypes(applyConfigurationTypes, jsonPatchTypes), libraries: [jsonPatchLibrary] });
  const evaluate = (text: string) => {
    const { value, error } = program(environment, text).evaluate(activation({}));
    assert.equal(error, undefined);
    return value ?? null;
  };
  const made = evaluate(
    "Object{metadata: Object.metadata{labels: Object.metadata.labels{a__dash__b: 'x', ?c: optional.none()}}, spec: Object.spec{n: 1.5}}",
  );
  assert.deepEqual(writeJson(made), { metadata: { labels: { "a-b": "x" } }, spec: { n: 1.5 } });
  checkObjectPaths(made);
  assert.throws(
    () => checkObjectPaths(evaluate("Object{metadata: Object.spec{}}")),
    (fault: { message: string }) => /unexpected type name "Object.spec", expected "Object.metadata"/.test(fault.message),
  );
  const patch = evaluate("[JSONPatch{op: 'add', path: '/a/' + jsonpatch.escapeKey('b/c~d'), value: [1, 2]}]");
  assert.deepEqual(writeJson(patch), [{ op: "add", path: "/a/b~1c~0d", value: [1, 2] }]);
  assert.match(environment.compile("JSONPatch{op: 1}").message ?? "", /expected type of field 'op' is 'string' but provided type is 'int'/);
  assert.match(environment.compile("JSONPatch{nope: 1}").message ?? "", /undefined field 'nope'/);
});

test("faults are told as clients know them", () => {
  const expected = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
  const messages = new Map([
    ["", `ERROR: <input>:1:0: Syntax error: mismatched input '<EOF>' expecting ${expected}`],
    ["-bad-", `ERROR: <input>:1:6: Syntax error: mismatched input '<EOF>' expecting ${expected}\n | -bad-\n | .....^`],
    ["../x", "ERROR: <input>:1:2: Syntax error: no viable alternative at input '..'\n | ../x\n | .^"],
    ["1.2.3.4", "ERROR: <input>:1:4: Syntax error: mismatched input '.3' expecting <EOF>\n | 1.2.3.4\n | ...^"],
    ["Bad Value!", "ERROR: <input>:1:5: Syntax error: mismatched input 'Value' expecting <EOF>\n | Bad Value!\n | ....^"],
    ["UPPER.case", "ERROR: <input>:1:1: undeclared reference to 'UPPER' (in container '')\n | UPPER.case\n | ^"],
    [
      "bad (",
      `ERROR: <input>:1:6: Syntax error: mismatched input '<EOF>' expecting ${expected.replace("'(', '.'", "'(', ')', '.'")}\n | bad (\n | .....^`,
    ],
    [
      "Object{nope(",
      `ERROR: <input>:1:12: Syntax error: missing ':' at '('\n | Object{nope(\n | ...........^\nERROR: <input>:1:13: Syntax error: mismatched input '<EOF>' expecting ${expected}\n | Object{nope(\n | ............^`,
    ],
  ]);
  for (const [text, message] of messages) assert.equal(base.compile(text).message, message);
});
