import type { ScannedJson } from "../codec/json-scan.ts";
import type { JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { badRequest, notImplemented } from "../object/status.ts";
import type { PatchType } from "../request/negotiation.ts";
import type { Schema } from "../schema/schema.ts";
import type { FieldValidation } from "./write-options.ts";

export function patchFunction(_type: PatchType, _scanned: ScannedJson, _schema: Schema, _validation: FieldValidation, _warn: (text: string) => void): (live: KubeObject) => { value: JsonObject; shown: string } {
  throw notImplemented("patch");
}
export function patchFault(_shown: string, message: string): Error {
  return badRequest(message);
}
