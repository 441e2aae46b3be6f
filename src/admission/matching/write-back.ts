import { becomeJson, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { decodeObject, type BodyType } from "../../registry/decode-body.ts";
import type { Registry } from "../../registry/registry.ts";
import type { AdmissionAttributes } from "../admission.ts";
import { convertRemotely, isConverted, remoteForms, type RequestVersion } from "./versions.ts";

/** The type of what is sent in a version; undefined where the tables have none. */
export function sentType(
  { definition, subresource }: AdmissionAttributes,
  version: RequestVersion,
  registry: Registry,
): BodyType | undefined {
  const sub = definition.subresources.get(subresource);
  switch (sub?.type) {
    case undefined:
    case "object": {
      const { schema, applyDefaults } = version.served;
      return { ...version.kind, schema, applyDefaults, custom: definition.custom };
    }
    case "scale":
    case "connect": {
      const schema = registry.types.schemaForKind(version.kind);
      return schema === undefined ? undefined : { ...version.kind, schema };
    }
    case "action":
      return { ...version.kind, schema: sub.schema };
  }
}

/** Reads a changed object as its type, with its defaults. Errors: what `refuse` makes of one that does not fit. */
export function readChanged(value: JsonObject, type: BodyType, refuse: (message: string) => Error): KubeObject {
  return decodeObject(value, type, { validation: "Ignore", warn: () => {}, refuse });
}

/** The same, but fields that a built-in type does not have are refused. */
export function readStrictly(value: JsonObject, type: BodyType, refuse: (message: string) => Error): KubeObject {
  if (type.custom === true) return readChanged(value, type, refuse);
  return decodeObject(value, type, { validation: "Strict", warn: () => {}, refuse });
}

/** Makes the request's object what a hook made of it in a version, which is handed over. Errors: StatusError 500. */
export async function takeChanged(attributes: AdmissionAttributes, changed: KubeObject, version: RequestVersion): Promise<void> {
  const { object, served } = attributes;
  if (object === undefined) return;
  const forms = remoteForms(attributes, version);
  if (forms !== undefined) {
    const back = await convertRemotely(forms, changed, served);
    forms.prune(back);
    becomeJson(object, back);
    return;
  }
  const { toHub } = version.served;
  becomeJson(object, isConverted(attributes) && toHub !== undefined ? toHub(changed) : changed);
}
