import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrorText } from "../../object/field-error-message.ts";
import { FieldPath } from "../../object/field-path.ts";
import type { JsonObject } from "../../object/json.ts";
import { loadTypes } from "../../schema/load.ts";
import { defaultPodSpec } from "./defaults.ts";
import { checkPodSpec } from "./pod-spec.ts";
import { dubiousValues, scalarPaths, setAtPath } from "./schema-samples.test-support.ts";

const types = loadTypes(new URL("../../../../data/kubernetes-v1.36/", import.meta.url));

/** Members that ephemeral containers cannot have at all. */
const notEphemeral = new Set([
  "ports",
  "resources",
  "resizePolicy",
  "restartPolicy",
  "restartPolicyRules",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
]);

/** Faults of a container in one of a pod's lists, told of the container. */
function faultsIn(list: string, container: JsonObject): Set<string> {
  const spec: JsonObject = {};
  spec[list] = [container];
  const other: JsonObject = { name: "other", image: "i" };
  spec["containers"] = list === "containers" ? [container, other] : [other];
  defaultPodSpec(spec);
  const faults: Parameters<typeof checkPodSpec>[3] = [];
  checkPodSpec(spec, undefined, FieldPath.root, faults, { allowPrivileged: true });
  return new Set(faults.map(fieldErrorText).map((text) => text.replaceAll(`${list}[0]`, "container")));
}

test("what is refused in a container is refused in init and ephemeral containers, for every member of the schema", () => {
  const schema = types.schemaFor("io.k8s.api.core.v1.Container");
  let compared = 0;
  for (const { path, type } of scalarPaths(schema)) {
    const [member = ""] = path;
    if (member === "restartPolicy" || member === "restartPolicyRules") continue; // mean something else in each list
    for (const value of dubiousValues(type)) {
      const make = (extra: JsonObject = {}): JsonObject => {
        const container: JsonObject = { name: "c", image: "i", ...extra };
        setAtPath(container, path, value);
        return container;
      };
      const told = `${path.join(".")} = ${JSON.stringify(value)}`;
      const expected = faultsIn("containers", make());
      assert.deepEqual(faultsIn("initContainers", make({ restartPolicy: "Always" })), expected, `init: ${told}`);
      const ephemeral = faultsIn("ephemeralContainers", make());
      if (notEphemeral.has(member)) {
        assert.ok(
          [...ephemeral].some((text) => text.startsWith(`container.${member}: Forbidden`)),
          `ephemeral: ${told}`,
        );
      } else {
        for (const text of expected) assert.ok(ephemeral.has(text), `ephemeral: ${told}: ${text}`);
      }
      compared += expected.size;
    }
  }
  assert.ok(compared > 300, `only ${compared} faults were compared`);
});

test("an ephemeral container has every member of a container, so that no rule can miss one", () => {
  const container = types.schemaFor("io.k8s.api.core.v1.Container");
  const ephemeral = types.schemaFor("io.k8s.api.core.v1.EphemeralContainer");
  assert.deepEqual(
    [...ephemeral.fields.keys()].filter((name) => name !== "targetContainerName").sort(),
    [...container.fields.keys()].sort(),
  );
});

test("a container's claims are among the pod's, however many there are of either", () => {
  const faultsOf = (claims: JsonObject[], resourceClaims: JsonObject[]): Parameters<typeof checkPodSpec>[3] => {
    const spec: JsonObject = { containers: [{ name: "c", image: "i", resources: { claims } }], resourceClaims };
    defaultPodSpec(spec);
    const faults: Parameters<typeof checkPodSpec>[3] = [];
    checkPodSpec(spec, undefined, FieldPath.root, faults, { allowPrivileged: true });
    return faults;
  };
  const claim = (name: string): JsonObject => ({ name, resourceClaimName: "x" });
  const start = 'containers[0].resources.claims[0]: Not found: "x": must be one of the names in pod.spec.resourceClaims';
  assert.deepEqual(faultsOf([{ name: "x" }], []).map(fieldErrorText), [`${start} which is empty`]);
  assert.deepEqual(faultsOf([{ name: "x" }], [claim("b"), claim("a")]).map(fieldErrorText), [`${start}: a, b`]);
  const wanted = Array.from({ length: 20_000 }, (_, i) => ({ name: `x${i}` }));
  assert.equal(
    faultsOf(
      wanted,
      wanted.map(({ name }) => claim(`y${name}`)),
    ).length,
    20_000,
  );
});
