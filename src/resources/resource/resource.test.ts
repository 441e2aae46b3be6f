import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { cIdentifier, dnsLabel } from "../../object/names.ts";
import { at, trialContext, trialOf } from "../kind-trial.test-support.ts";
import { deviceClass } from "./device-class.ts";
import { resourceClaimTemplate } from "./resource-claim-template.ts";
import { resourceClaim } from "./resource-claim.ts";
import { resourceSlice } from "./resource-slice.ts";

const classes = trialOf(deviceClass, "resource.k8s.io/v1", "DeviceClass");
const claims = trialOf(resourceClaim, "resource.k8s.io/v1", "ResourceClaim");
const templates = trialOf(resourceClaimTemplate, "resource.k8s.io/v1", "ResourceClaimTemplate");
const slices = trialOf(resourceSlice, "resource.k8s.io/v1", "ResourceSlice");

const request = { name: "r", exactly: { deviceClassName: "c" } };
const devices = { requests: [request] };

test("a request is for one device, and tolerations compare values", () => {
  const made = claims.created({ spec: { devices: { requests: [{ name: "r", exactly: { deviceClassName: "c", tolerations: [{}] } }] } } });
  assert.deepEqual(at(made, "spec", "devices", "requests", 0, "exactly"), {
    deviceClassName: "c",
    tolerations: [{ operator: "Equal" }],
    allocationMode: "ExactCount",
    count: 1,
  });
  const all = claims.created({ spec: { devices: { requests: [{ exactly: { allocationMode: "All" } }] } } });
  assert.equal(at(all, "spec", "devices", "requests", 0, "exactly")["count"], undefined);
});

test("faults of claims, which templates have as well", () => {
  const unknown = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
  const exactly = (changed: JsonObject): JsonObject => ({ requests: [{ name: "r", exactly: { deviceClassName: "c", ...changed } }] });
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [{ requests: [{ name: "r" }] }, ["requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required"]],
    [{ requests: [request, request] }, ['requests[1]: Duplicate value: "r"']],
    [
      exactly({ allocationMode: "All", count: 2 }),
      ["requests[0].exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'"],
    ],
    [
      exactly({ selectors: [{ cel: { expression: "1" } }] }),
      ['requests[0].exactly.selectors[0].cel.expression: Invalid value: "1": must evaluate to bool or the unknown type, not int'],
    ],
    [
      exactly({
        selectors: [{ cel: { expression: 'device.attributes["a.b"].c == "x" && device.capacity["a.b"].m.isGreaterThan(quantity("1"))' } }],
      }),
      [],
    ],
    [
      exactly({ selectors: [{ cel: { expression: "device.nope" } }] }),
      [
        "requests[0].exactly.selectors[0].cel.expression: Invalid value: \"device.nope\": compilation failed: ERROR: <input>:1:7: undefined field 'nope'\n | device.nope\n | ......^",
      ],
    ],
    [{ constraints: [{ requests: ["x"], matchAttribute: "a/b" }] }, [`constraints[0].requests[0]: Invalid value: "x": ${unknown}`]],
    [
      { config: [{ opaque: { driver: "a.b", parameters: [1] } }] },
      ['config[0].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object'],
    ],
  ];
  for (const [changed, wanted] of rows) {
    const spec = { devices: { ...devices, ...changed } };
    assert.deepEqual(
      claims.faults({ spec }),
      wanted.map((text) => `spec.devices.${text}`),
      JSON.stringify(changed),
    );
    assert.deepEqual(
      templates.faults({ spec: { spec } }),
      wanted.map((text) => `spec.spec.devices.${text}`),
      JSON.stringify(changed),
    );
  }
});

test("a selector that could cost too much is refused", () => {
  const expression =
    "device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, device.attributes.all(d, a == b && c == d))))";
  const faults = classes.faults({ spec: { selectors: [{ cel: { expression } }] } });
  assert.deepEqual(faults, ["spec.selectors[0].cel.expression: Forbidden: too complex, exceeds cost limit"]);
});

test("what a claim asks for never changes", () => {
  const old = claims.created({ spec: { devices } });
  const [fault = ""] = claims.changeFaults(old, (object) => (object["spec"] = {}));
  assert.equal(fault, 'spec: Invalid value: {"Devices":{"Requests":null,"Constraints":null,"Config":null}}: field is immutable');
});

test("the status of a claim tells of devices that it has, for consumers of an allocated claim", () => {
  const old = claims.created({ spec: { devices } });
  const result = { request: "r", driver: "a.b", pool: "p", device: "d" };
  const change = (status: JsonObject): string[] => claims.changeFaults(old, (object) => (object["status"] = status), "status");
  assert.deepEqual(
    change({ allocation: { devices: { results: [result] } }, reservedFor: [{ resource: "pods", name: "p", uid: "u" }] }),
    [],
  );
  assert.deepEqual(change({ reservedFor: [{ resource: "pods", name: "p", uid: "u" }] }), [
    "status.reservedFor: Forbidden: may not be specified when `allocated` is not set",
  ]);
  assert.deepEqual(change({ allocation: { devices: { results: [result] } }, devices: [{ driver: "a.b", pool: "p", device: "e" }] }), [
    'status.devices[0]: Invalid value: "a.b/p/e": must be an allocated device in the claim',
  ]);
});

test("the share of a device is named by a UUID in its normal form, and an interface by address and prefix", () => {
  const old = claims.created({ spec: { devices } });
  const told = (shareID: string, ips: string[] = []): string[] => {
    const result = { request: "r", driver: "a.b", pool: "p", device: "d", shareID };
    const status = {
      allocation: { devices: { results: [result] } },
      devices: [{ driver: "a.b", pool: "p", device: "d", shareID, networkData: { ips } }],
    };
    return claims.changeFaults(old, (object) => (object["status"] = status), "status");
  };
  const uid = "0a6fd5a5-5bd1-4e1c-8d3e-3f6b7c0e9a11";
  assert.deepEqual(told(uid, ["10.9.8.7/24", "2001:db8::1/64"]), []);
  const [fault = ""] = told("x");
  assert.equal(fault, 'status.devices[0].shareID: Invalid value: "x": error validating uid: invalid UUID length: 1');
  assert.match(told(uid.toUpperCase())[0] ?? "", /uid must be in RFC 4122 normalized form/);
  assert.deepEqual(told(uid, ["1.2.3.4", "010.0.0.1/8"]), [
    'status.devices[0].networkData.ips[0]: Invalid value: "1.2.3.4": must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)',
    'status.devices[0].networkData.ips[1]: Invalid value: "010.0.0.1/8": must be in canonical form ("10.0.0.1/8")',
  ]);
});

test("what was told of a device goes with it", () => {
  const result = { request: "r", driver: "a.b", pool: "p", device: "d" };
  const told = [{ driver: "a.b", pool: "p", device: "d" }];
  const old = claims.created({ spec: { devices } });
  old["status"] = { allocation: { devices: { results: [result] } }, devices: told };
  let seen: JsonObject = {};
  const release = (object: JsonObject): void => {
    seen = object;
    object["spec"] = {};
    object["status"] = { devices: told };
  };
  assert.deepEqual(claims.changeFaults(old, release, "status"), []);
  assert.deepEqual([seen["status"], seen["spec"]], [{}, old["spec"]]);
});

test("a cell tells the state of a claim", () => {
  const cell = resourceClaim.cells?.["State"];
  const made = claims.created({ spec: { devices } });
  assert.equal(cell?.(made, 0), "pending");
  made["status"] = { allocation: {}, reservedFor: [{ uid: "u" }] };
  made.metadata.deletionTimestamp = trialContext.now;
  assert.equal(cell?.(made, 0), "deleted,allocated,reserved");
});

test("extended resources are named in a domain that is not Kubernetes' own", () => {
  const name = (extendedResourceName: string): string[] => classes.faults({ spec: { extendedResourceName } });
  assert.deepEqual(name("example.com/gpu"), []);
  assert.deepEqual(name("cpu"), ['spec.extendedResourceName: Invalid value: "cpu": must be a valid extended resource name']);
});

const slice = { driver: "a.b", nodeName: "n", pool: { name: "p", generation: 1, resourceSliceCount: 1 } };

/** Policies of asking for a capacity of 4 in parts, and what is wrong with each. */
const policies: readonly [JsonObject, readonly string[]][] = [
  [{ default: "1" }, []],
  [
    { validValues: ["1"], validRange: { min: "1" } },
    [': Forbidden: exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time'],
  ],
  [{ validValues: ["1"] }, [".default: Required value: required when validValues is defined"]],
  [{ validRange: { min: "1" } }, [".default: Required value: required when validRange is defined"]],
  [{ default: "1", validRange: { max: "1" } }, [".validRange.min: Required value: required when validRange is defined"]],
  [
    { default: "3", validValues: ["2", "1", "8", "8"] },
    [
      '.validValues[1]: Invalid value: "1": values must be sorted in ascending order',
      '.validValues[2]: Invalid value: "8": option is larger than capacity value: 4',
      '.validValues[3]: Invalid value: "8": option is larger than capacity value: 4',
      '.validValues[3]: Duplicate value: "8"',
      '.validValues: Invalid value: "3": default value is not valid according to the requestPolicy',
    ],
  ],
  [
    { default: "2", validRange: { min: "1", max: "4", step: "2" } },
    [
      '.validRange.step: Invalid value: "2": value is not a multiple of a given step (2) from (1)',
      '.validRange.step: Invalid value: "4": value is not a multiple of a given step (2) from (1)',
    ],
  ],
  [
    { default: "1", validRange: { min: "1", step: "4" } },
    ['.validRange.step: Invalid value: "4": one step 5 is larger than capacity value: 4'],
  ],
];

test("faults of slices", () => {
  const device = (changed: JsonObject): JsonObject => ({ devices: [{ name: "d", ...changed }] });
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [
      { allNodes: true },
      [
        'spec: Invalid value: "{`nodeName`, `allNodes`}": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set',
      ],
    ],
    [
      device({ attributes: { a: { int: 1, string: "x" }, b: { version: "1.2" } } }),
      [
        'spec.devices[0].attributes[a]: Invalid value: {"IntValue":1,"BoolValue":null,"StringValue":"x","VersionValue":null,"IntValues":null,"BoolValues":null,"StringValues":null,"VersionValues":null}: exactly one value must be specified',
        'spec.devices[0].attributes[b].version: Invalid value: "1.2": must be a string compatible with semver.org spec 2.0.0',
      ],
    ],
    [
      device({ capacity: { c: { value: "1", requestPolicy: { default: "1" } } } }),
      ["spec.devices[0].capacity[c].requestPolicy: Forbidden: allowMultipleAllocations must be true"],
    ],
    [
      device({
        allowMultipleAllocations: true,
        capacity: { c: { value: "4", requestPolicy: { default: "1", validRange: { min: "2", max: "8" } } } },
      }),
      [
        'spec.devices[0].capacity[c].requestPolicy.validRange.min: Invalid value: "1": default is less than min: 2',
        'spec.devices[0].capacity[c].requestPolicy.validRange.max: Invalid value: "8": max is larger than capacity value: 4',
      ],
    ],
    ...policies.map(([policy, wanted]): [JsonObject, string[]] => [
      device({ allowMultipleAllocations: true, capacity: { c: { value: "4", requestPolicy: policy } } }),
      wanted.map((text) => `spec.devices[0].capacity[c].requestPolicy${text}`),
    ]),
    [device({ attributes: { "a b": { int: 1 } } }), [`spec.devices[0].attributes: Invalid value: "a b": ${cIdentifier("a b")[0]}`]],
    [
      device({ attributes: { a: { ints: [1] } } }),
      ['spec.devices[0].attributes[a]: Invalid value: "": exactly one value must be specified'],
    ],
    [{ devices: [], sharedCounters: [] }, ['spec: Invalid value: "": only one of `sharedCounters` or `devices` is allowed']],
    [{ sharedCounters: Array.from({ length: 9 }, () => ({})) }, ["spec.sharedCounters: Too many: 9: must have at most 8 items"]],
    [
      { devices: [{ name: "d" }, {}, { name: "d" }] },
      [`spec.devices[1].name: Invalid value: "": ${dnsLabel("")[0]}`, 'spec.devices[2]: Duplicate value: "d"'],
    ],
    [
      device({ nodeName: "n" }),
      [
        "spec.devices[0]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec",
      ],
    ],
    [
      device({ bindingConditions: ["a"] }),
      ["spec.devices[0].bindingFailureConditions: Invalid value: null: bindingFailureConditions are required to use bindingConditions"],
    ],
    [device({ taints: [{ key: "k" }] }), ["spec.devices[0].taints[0].effect: Required value"]],
  ];
  for (const [changed, wanted] of rows)
    assert.deepEqual(slices.faults({ spec: { ...slice, ...changed } }), wanted, JSON.stringify(changed));
});

test("a slice stays with its driver, pool and node; its taints count from when they are written", () => {
  const old = slices.created({ spec: { ...slice, devices: [{ name: "d", taints: [{ key: "k", effect: "NoSchedule" }] }] } });
  assert.equal(at(old, "spec", "devices", 0, "taints", 0)["timeAdded"], trialContext.now);
  const faults = slices.changeFaults(old, (object) => {
    at(object, "spec")["driver"] = "c.d";
    at(object, "spec")["nodeName"] = "m";
  });
  assert.deepEqual(faults, [
    'spec.driver: Invalid value: "c.d": field is immutable',
    'spec.nodeName: Invalid value: "m": field is immutable',
  ]);
});
