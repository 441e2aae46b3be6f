import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openClient, type Client } from "./client.ts";
import { besideConfigMaps } from "./create.ts";
import { customDefinition } from "./objects.ts";
import { median, rounded, type Result } from "./result.ts";
import { startBinnacle, timeToReady, type Binnacle } from "./servers.ts";

const definitions = 2000;
const groups = 50;
/** How often what may be late by chance is measured. */
const rounds = 5;
const settleMs = 5000;
const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** 2,000 CustomResourceDefinitions in a row: until each is established, what they take, and what they make slower. */
export async function benchDefinitions(): Promise<readonly Result[]> {
  const directory = await mkdtemp(join(tmpdir(), "binnacle-bench-"));
  try {
    const results = await running(directory);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(await timeToReady(directory));
    const [ready, detail] = [Math.min(...times) / 1000, `median ${rounded(median(times) / 1000)} s`];
    return [...results, { what: `spawn to ready with them, best of ${rounds}`, measured: ready, unit: "s", aim: { atMost: 2 }, detail }];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function running(directory: string): Promise<readonly Result[]> {
  await using server = await startBinnacle([], directory);
  await pause(settleMs);
  const before = (await server.usage()).rss;
  using client = await openClient(server.url, { token: server.token });
  const times: number[] = [];
  for (let index = 0; index < definitions; index++) times.push(await established(client, definition(index)));
  const discoveries: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await established(client, definition(definitions + round));
    discoveries.push(await timeOf(client.send({ path: "/apis", accept: AGGREGATED })));
  }
  const openApi = await timeOf(client.send({ path: "/openapi/v3" }));
  await pause(settleMs);
  const each = ((await server.usage()).rss - before) / definitions;
  const sorted = times.toSorted((a, b) => a - b);
  return [
    {
      what: `create to Established, median of ${definitions} definitions`,
      measured: median(times),
      unit: "ms",
      aim: { atMost: 50 },
      detail: `p99 ${rounded(sorted[Math.floor(times.length * 0.99)] as number)} ms`,
    },
    { what: "resident memory for each of them", measured: each / 1000, unit: "KB", aim: { atMost: 100 } },
    {
      what: `aggregated discovery after a change, best of ${rounds}`,
      measured: Math.min(...discoveries),
      unit: "ms",
      aim: { atMost: 100 },
      detail: `the index of OpenAPI ${rounded(openApi)} ms`,
    },
    await creating(server),
  ];
}

/** Creates of custom objects against those of ConfigMaps. */
async function creating(server: Binnacle): Promise<Result> {
  using client = await openClient(server.url, { token: server.token });
  await established(client, customDefinition);
  return await besideConfigMaps(server, "custom", "custom objects", 16, "perCpuSecond", 0.9);
}

/** Creates a definition and asks for it until it is established; how many milliseconds that took. */
async function established(client: Client, body: { readonly metadata: { readonly name: string } }): Promise<number> {
  const start = performance.now();
  await client.send({ method: "POST", path: DEFINITIONS, type: "application/json", body: JSON.stringify(body) });
  for (;;) {
    const { body: bytes } = await client.send({ path: `${DEFINITIONS}/${body.metadata.name}`, keep: true });
    const { status } = JSON.parse(bytes.toString()) as { status: { conditions: { type: string; status: string }[] | null } };
    if (status.conditions?.some((one) => one.type === "Established" && one.status === "True") === true) return performance.now() - start;
  }
}

async function timeOf(request: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await request;
  return performance.now() - start;
}

/** One of many, some in each group, with a schema of the size that generated ones have. */
function definition(index: number) {
  const group = `g${index % groups}.example.com`;
  const fields = Array.from({ length: 30 }, (_, field) => [
    `field${field}`,
    { type: "string", maxLength: 10, description: "d".repeat(60) },
  ]);
  const spec = { type: "object", properties: Object.fromEntries(fields) as Record<string, object> };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `things${index}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: `things${index}`, kind: `Thing${index}` },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object", properties: { spec } } } }],
    },
  };
}
