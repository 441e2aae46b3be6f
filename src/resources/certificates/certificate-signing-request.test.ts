import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { bitString, context, objectIdentifier, positiveInteger, sequence } from "../../x509/der.ts";
import { at, trialContext, trialOf } from "../kind-trial.test-support.ts";
import { certificateSigningRequest } from "./certificate-signing-request.ts";

const requests = trialOf(certificateSigningRequest, "certificates.k8s.io/v1", "CertificateSigningRequest");

function pem(type: string, bytes: Buffer): string {
  return Buffer.from(`-----BEGIN ${type}-----\n${bytes.toString("base64")}\n-----END ${type}-----\n`).toString("base64");
}

function signedRequest(): string {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = publicKey.export({ type: "spki", format: "der" });
  const info = sequence(positiveInteger(Buffer.from([0])), sequence(), key, context(0, Buffer.alloc(0), true));
  return pem("CERTIFICATE REQUEST", sequence(info, sequence(objectIdentifier("1.3.101.112")), bitString(sign(null, info, privateKey))));
}

const spec = { request: signedRequest(), signerName: "example.com/s", usages: ["client auth"] };

test("who asks is who is signed in, whatever the request says", () => {
  const made = requests.created({ spec: { ...spec, username: "root", groups: ["system:masters"], uid: "u", extra: { a: ["b"] } } });
  const { username, groups, uid, extra } = at(made, "spec");
  assert.deepEqual([username, groups, uid, extra], [trialContext.user.name, undefined, undefined, undefined]);
});

test("faults of requests", () => {
  const form = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [{ request: "eA==" }, ['spec.request: Invalid value: "eA==": PEM block type must be CERTIFICATE REQUEST']],
    [{ usages: ["client auth", "client auth"] }, ['spec.usages[1]: Duplicate value: "client auth"']],
    [{ signerName: "nodomain" }, [`spec.signerName: Invalid value: "nodomain": ${form}`]],
    [{ signerName: "a/b" }, ['spec.signerName: Invalid value: "a": should be a domain with at least two segments separated by dots']],
    [
      { signerName: "kubernetes.io/legacy-unknown" },
      ['spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version'],
    ],
    [
      { expirationSeconds: 599 },
      ["spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)"],
    ],
  ];
  for (const [changed, wanted] of rows)
    assert.deepEqual(requests.faults({ spec: { ...spec, ...changed } }), wanted, JSON.stringify(changed));
});

const approved = { type: "Approved", status: "True", reason: "r" };

function withConditions(...conditions: JsonObject[]): KubeObject {
  const made = requests.created({ spec });
  made["status"] = { conditions };
  return made;
}

test("a request is approved through its own door only, and a decision stays", () => {
  const approve = (object: JsonObject): void => void (object["status"] = { conditions: [{ ...approved }] });
  const pending = requests.created({ spec });
  assert.deepEqual(requests.changeFaults(pending, approve, "approval"), []);
  assert.deepEqual(requests.changeFaults(pending, approve, "status"), [
    'status.conditions: Forbidden: updates may not add a condition of type "Approved"',
  ]);
  const clear = (object: JsonObject): void => void delete object["status"];
  const old = withConditions({ ...approved, lastUpdateTime: "t", lastTransitionTime: "t" });
  for (const door of ["approval", "status"]) {
    assert.deepEqual(requests.changeFaults(old, clear, door), [
      'status.conditions: Forbidden: updates may not remove a condition of type "Approved"',
    ]);
  }
  const both = (object: JsonObject): void => void (object["status"] = { conditions: [approved, { type: "Denied", status: "False" }] });
  assert.deepEqual(requests.changeFaults(pending, both, "approval"), [
    'status.conditions[1].status: Unsupported value: "False": supported values: "True"',
    'status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive',
  ]);
});

test("the status door puts approvals back and stamps what is new", () => {
  const old = withConditions({ ...approved, lastUpdateTime: "t", lastTransitionTime: "t" });
  let seen: JsonObject = {};
  const faults = requests.changeFaults(
    old,
    (object) => {
      seen = object;
      object["status"] = {
        conditions: [
          { type: "Approved", status: "True" },
          { type: "Failed", status: "True" },
        ],
      };
    },
    "status",
  );
  assert.deepEqual(faults, []);
  assert.deepEqual(at(seen, "status", "conditions"), [
    { ...approved, lastUpdateTime: "t", lastTransitionTime: "t" },
    { type: "Failed", status: "True", lastUpdateTime: trialContext.now, lastTransitionTime: trialContext.now },
  ]);
});

test("a certificate is set once, through the status door, and is one", () => {
  const issue = (certificate: string) => (object: JsonObject) => void (object["status"] = { certificate });
  const pending = requests.created({ spec });
  assert.deepEqual(requests.changeFaults(pending, issue("bm90IHBlbQ=="), "status"), [
    'status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block',
  ]);
  assert.deepEqual(requests.changeFaults(pending, issue(pem("X", Buffer.from([1, 2, 3]))), "status"), [
    'status.certificate: Invalid value: "<certificate data>": only CERTIFICATE PEM blocks are allowed, found "X"',
  ]);
});

test("a cell tells how far a request is", () => {
  const cell = certificateSigningRequest.cells?.["Condition"];
  assert.equal(cell?.(requests.created({ spec }), 0), "Pending");
  const made = withConditions(approved, { type: "Failed", status: "True" });
  (made["status"] as JsonObject)["certificate"] = "eA==";
  assert.equal(cell?.(made, 0), "Approved,Failed,Issued");
});
