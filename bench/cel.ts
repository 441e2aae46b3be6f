// A rule of a custom resource, evaluated warm, and compiling and checking one; beside it @bufbuild/cel on the same
// expressions (it does not check, and every JSON number is a double to it). Run: node dist/bench/cel.js [seconds]
import { celEnv, parse, plan } from "@bufbuild/cel";
import type { Schema } from "../src/schema/schema.ts";
import { SchemaTypes, activation, celLimits, kubernetesEnvironment, readJson } from "../src/cel/kubernetes/index.ts";
import { cpuSince } from "./cpu.ts";

const seconds = Number(process.argv[2] ?? 1);

const containers = Array.from({ length: 10 }, (_, i) => ({ name: `c${i}`, image: `x/app:${i}` }));
const object = { apiVersion: "example.com/v1", kind: "App", spec: { replicas: 3, containers } };

const string: Schema = { type: "string" };
const field = (name: string, schema: Schema) => [name, { name, schema, required: false, dropZero: false }] as const;
const container: Schema = { type: "object", fields: new Map([field("name", string), field("image", string)]) };
const spec: Schema = {
  type: "object",
  fields: new Map([
    field("replicas", { type: "int64" }),
    field("containers", { type: "list", items: container, listType: "atomic", keys: [] }),
  ]),
};
const schema: Schema = { type: "object", fields: new Map([field("spec", spec)]) };

const types = new SchemaTypes();
const declared = types.declare("object", schema);
const params = types.declare("params", { type: "map", values: { type: "int64" } });
const environment = kubernetesEnvironment().extend({
  types,
  variables: [
    ["object", declared.type],
    ["params", params.type],
  ],
});
const variables = activation({ object: declared.read(object), params: params.read({ max: 5 }) });
const dynamic = activation({ object: readJson(object), params: readJson({ max: 5 }) });

const replicas = "object.spec.replicas <= params.max";
const images = "object.spec.containers.all(c, c.image.startsWith('x'))";

function program(text: string): ReturnType<typeof environment.program> {
  const { checked, message } = environment.compile(text);
  if (checked === undefined) throw new Error(message);
  return environment.program(checked);
}

/** Microseconds of processor time a turn. */
function measure(turn: () => unknown): number {
  for (let i = 0; i < 2000; i++) turn();
  const start = process.cpuUsage();
  const end = performance.now() + seconds * 1000;
  let turns = 0;
  while (performance.now() < end) {
    for (let i = 0; i < 100; i++) turn();
    turns += 100;
  }
  return cpuSince(start) / turns;
}

const peers = celEnv();
const peerPlan = (text: string) => plan(peers, parse(text));
const peerContext = { object: object as never, params: { max: 5 } as never };
const options = { costLimit: celLimits.perCall };
const [first, second] = [program(replicas), program(images)];
const [peerFirst, peerSecond] = [peerPlan(replicas), peerPlan(images)];
if (first.evaluate(variables).value !== true || second.evaluate(variables).value !== true) throw new Error("the rules should hold");

const rows: readonly (readonly [name: string, limit: number | undefined, turn: () => unknown])[] = [
  [replicas, 1, () => first.evaluate(variables, options)],
  [images, 5, () => second.evaluate(variables, options)],
  [`${replicas} (untyped object)`, undefined, () => first.evaluate(dynamic, options)],
  ["compile + check", 100, () => program(replicas)],
  ["compile + check, with a macro", 100, () => program(images)],
  [`@bufbuild/cel: ${replicas}`, undefined, () => peerFirst(peerContext)],
  [`@bufbuild/cel: ${images}`, undefined, () => peerSecond(peerContext)],
  ["@bufbuild/cel: parse + plan", undefined, () => peerPlan(replicas)],
];
let missed = false;
for (const [name, limit, turn] of rows) {
  const cost = measure(turn);
  const verdict = limit === undefined ? "" : cost <= limit ? `(at most ${limit})` : `MORE THAN ${limit}`;
  missed ||= limit !== undefined && cost > limit;
  process.stdout.write(`${cost.toFixed(2).padStart(8)} us  ${name} ${verdict}\n`);
}
process.exitCode = missed ? 1 : 0;
