import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { hookServer, type HookCall } from "../src/admission/webhooks/hook-server.test-support.ts";
import { startServer, type RunningServer } from "../src/index.ts";
import { kubectlRunner } from "./kubectl-runner.ts";
import { needs } from "./programs.ts";

interface Widget {
  readonly apiVersion: string;
  readonly spec: { size?: number; sizes?: number[] };
}

/** A conversion webhook as people write them: v1 has spec.size, v2 spec.sizes. */
function convert({ body }: HookCall, response: ServerResponse): void {
  const { kind, apiVersion, request } = body as unknown as {
    kind: string;
    apiVersion: string;
    request: { uid: string; desiredAPIVersion: string; objects: Widget[] };
  };
  const convertedObjects = request.objects.map(({ spec: { size, sizes, ...spec }, ...object }) => {
    const own = request.desiredAPIVersion.endsWith("/v1") ? { size: sizes?.[0] ?? 0 } : { sizes: size === undefined ? [] : [size] };
    return { ...object, apiVersion: request.desiredAPIVersion, spec: { ...spec, ...own } };
  });
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ kind, apiVersion, response: { uid: request.uid, result: { status: "Success" }, convertedObjects } }));
}

const SHIRTS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shirts.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: shirts, kind: Shirt, shortNames: [sh], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    selectableFields: [{jsonPath: .spec.color}]
    additionalPrinterColumns:
    - {name: Color, type: string, jsonPath: .spec.color}
    - {name: Size, type: integer, jsonPath: .spec.size, priority: 1}
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.selector}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            description: What the shirt is like.
            required: [color]
            properties:
              color: {type: string, enum: [blue, green], description: The dye of the cloth.}
              size: {type: integer, default: 40}
              replicas: {type: integer}
          status:
            type: object
            properties: {replicas: {type: integer}, selector: {type: string}, phase: {type: string}}
`;
const SHIRT = "apiVersion: stable.example.com/v1\nkind: Shirt\nmetadata: {name: one}\nspec: {color: blue, replicas: 1}\n";

const WIDGETS = (url: string, caBundle: string): string => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.conv.example.com}
spec:
  group: conv.example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget}
  conversion:
    strategy: Webhook
    webhook: {conversionReviewVersions: [v1], clientConfig: {url: "${url}", caBundle: ${caBundle}}}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
  - name: v2
    served: true
    storage: false
    additionalPrinterColumns: [{name: First, type: integer, jsonPath: ".spec.sizes[0]"}]
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {sizes: {type: array, items: {type: integer}}}}}}}
`;

describe("kubectl with custom resources", needs("kubectl"), () => {
  let directory = "";
  let server: RunningServer;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "kubectl-custom-"));
    server = await startServer({ dataDir: join(directory, "data"), port: 0 });
  });
  after(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });
  const { kubectl, refused, file } = kubectlRunner(
    "kubectl",
    () => server,
    () => directory,
  );
  const established = async (manifest: string, name: string): Promise<void> => {
    assert.match(await kubectl("create", "-f", await file(manifest)), /created/);
    assert.match(await kubectl("wait", "--for=condition=Established", `crd/${name}`, "--timeout=20s"), /condition met/);
  };

  test("creates a definition, waits for it, explains it, and works with its objects in every way", async () => {
    await established(SHIRTS, "shirts.stable.example.com");
    assert.match(
      await kubectl("explain", "shirts.spec"),
      /What the shirt is like\.[^]*color\s+<string> -required-[^]*The dye of the cloth\./,
    );
    assert.match(await kubectl("api-resources", "--api-group=stable.example.com"), /shirts\s+sh\s+stable\.example\.com\/v1\s+true\s+Shirt/);
    assert.match(await kubectl("create", "-f", await file(SHIRT)), /shirt\.stable\.example\.com\/one created/);
    assert.match(
      await refused("create", "-f", await file(SHIRT.replace("blue", "red").replace("one", "two"))),
      /Unsupported value: "red": supported values: "blue", "green"/,
    );
    assert.match(await refused("create", "-f", await file(SHIRT.replace("color: blue", "colour: blue"))), /unknown field "spec\.colour"/);
    assert.match(await kubectl("get", "sh"), /^NAME\s+COLOR\none\s+blue\n$/);
    assert.match(await kubectl("get", "shirts", "-o", "wide"), /^NAME\s+COLOR\s+SIZE\none\s+blue\s+40\n$/);
    assert.match(await kubectl("get", "all"), /shirt\.stable\.example\.com\/one/);
    assert.match(await kubectl("get", "shirts", "--field-selector", "spec.color=green"), /^$/);
    assert.match(await kubectl("scale", "shirt/one", "--replicas=3"), /scaled/);
    assert.equal(await kubectl("get", "shirt", "one", "-o", "jsonpath={.spec.replicas}"), "3");
    await kubectl(
      "patch",
      "shirt",
      "one",
      "--subresource=status",
      "--type=merge",
      "-p",
      '{"status":{"phase":"sewn"},"spec":{"color":"green"}}',
    );
    assert.equal(await kubectl("get", "shirt", "one", "--subresource=status", "-o", "jsonpath={.status.phase} {.spec.color}"), "sewn blue");
    assert.match(
      await kubectl("apply", "--server-side", "--force-conflicts", "-f", await file(SHIRT.replace("blue", "green"))),
      /serverside-applied/,
    );
    assert.match(await refused("patch", "shirt", "one", "-p", "{}", "--type=strategic"), /UnsupportedMediaType|unsupported|strategic/i);
    assert.match(await kubectl("describe", "shirt", "one"), /Color:\s+green/);
    assert.match(await kubectl("delete", "shirt", "one"), /"one" deleted/);
    assert.match(await kubectl("delete", "crd", "shirts.stable.example.com"), /deleted/);
    assert.match(await refused("get", "shirts"), /doesn't have a resource type "shirts"|could not find the requested resource/);
  });

  test("reads and writes both versions of a kind whose objects a webhook converts", async () => {
    const hooks = await hookServer();
    hooks.hooks.set("/convert", convert);
    try {
      await established(WIDGETS(`${hooks.url}/convert`, hooks.caBundle), "widgets.conv.example.com");
      const widget = (version: string, name: string, spec: string) =>
        file(`apiVersion: conv.example.com/${version}\nkind: Widget\nmetadata: {name: ${name}}\nspec: ${spec}\n`);
      await kubectl("create", "-f", await widget("v1", "a", "{size: 1}"));
      await kubectl("create", "-f", await widget("v2", "b", "{sizes: [2, 3]}"));
      assert.match(await kubectl("get", "widgets.v2.conv.example.com"), /^NAME\s+FIRST\na\s+1\nb\s+2\n$/);
      assert.equal(await kubectl("get", "widgets.v1.conv.example.com", "b", "-o", "jsonpath={.spec}"), '{"size":2}');
      assert.match(await kubectl("apply", "--server-side", "-f", await widget("v2", "c", "{sizes: [5]}")), /serverside-applied/);
      assert.equal(await kubectl("get", "widgets.v2.conv.example.com", "c", "-o", "jsonpath={.spec.sizes}"), "[5]");
      assert.ok(hooks.calls.length > 0);
    } finally {
      await hooks[Symbol.asyncDispose]();
    }
    assert.match(
      await refused("get", "widgets.v2.conv.example.com", "a"),
      /conversion webhook for conv\.example\.com\/v1, Kind=Widget failed: Post .*connection refused/,
    );
    assert.match(await kubectl("get", "widgets.v1.conv.example.com"), /\na\s/);
    assert.match(await kubectl("delete", "crd", "widgets.conv.example.com"), /deleted/);
  });

  test("is refused a definition of 10 MB", async () => {
    assert.match(
      await refused("create", "-f", await file(SHIRTS.replace("The dye of the cloth.", "d".repeat(10 << 20)))),
      /Request entity too large|limit is 3145728/,
    );
  });
});
