import { benchAdmission } from "./admission.ts";
import { benchApply } from "./apply.ts";
import { benchAudit } from "./audit.ts";
import { benchAuthorization } from "./authorization.ts";
import { benchDefinitions } from "./definitions.ts";
import { benchCreate, benchKinds } from "./create.ts";
import { benchEtcd } from "./etcd.ts";
import { benchMemory, benchStart } from "./footprint.ts";
import { benchPolicies } from "./policies.ts";
import { benchProtobuf } from "./protobuf.ts";
import { benchFirstList, benchGet, benchList, benchProtobufGet } from "./read.ts";
import { line, type Result } from "./result.ts";
import { benchValidate } from "./validate.ts";
import { benchProtobufWatch, benchWatch } from "./watch.ts";

// `npm run bench`: what the server costs, as ratios to a bare server or to the store itself, measured in one run on one
// machine; so that the figures mean something on a busy machine and on any other. `npm run bench -- get list` runs some.

const benches: ReadonlyMap<string, () => Promise<readonly Result[]>> = new Map([
  ["start", benchStart],
  ["get", benchGet],
  ["list", benchList],
  ["watch", benchWatch],
  ["create", benchCreate],
  ["kinds", benchKinds],
  ["apply", benchApply],
  ["validate", benchValidate],
  [
    "protobuf",
    async () => [...(await benchProtobuf()), ...(await benchProtobufGet()), ...(await benchFirstList()), ...(await benchProtobufWatch())],
  ],
  ["admission", benchAdmission],
  ["policies", benchPolicies],
  ["authorization", benchAuthorization],
  ["audit", benchAudit],
  ["definitions", benchDefinitions],
  ["etcd", benchEtcd],
  ["memory", benchMemory],
]);

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benches.has(name));
if (unknown.length > 0) {
  console.error(`bench: no benchmark ${unknown.join(", ")}; there are ${[...benches.keys()].join(", ")}`);
  process.exitCode = 2;
} else {
  for (const [name, bench] of benches) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    try {
      for (const result of await bench()) console.log(line(result));
    } catch (error) {
      console.log(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      process.exitCode = 1;
    }
  }
}
