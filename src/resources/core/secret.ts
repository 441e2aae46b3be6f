import { invalidField, requiredField, tooLongField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, setOwn, structIn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { asString, objectIn, stringIn } from "../../object/read.ts";
import type { KindBehaviour } from "../definition.ts";
import { changes, immutable } from "../../validation/changes.ts";
import { findChangeFaults } from "../../validation/check.ts";
import { checkDataKeys, checkImmutableData, dataBytes, dataMaxBytes, decodedBytes, fillEmptyData } from "./data-map.ts";
import { jsonObjectFault } from "./json-object-fault.ts";
import { keyPairProblem } from "./key-pair.ts";

const dataAt = FieldPath.root.child("data");
const accountAnnotation = "kubernetes.io/service-account.name";

/** What a Secret of each type must hold (concepts/configuration/secret). */
const TYPES: Readonly<Record<string, (object: KubeObject, data: ReadonlyJsonObject, faults: FieldError[]) => void>> = {
  "kubernetes.io/service-account-token": ({ metadata }, _data, faults) => {
    if (metadata.annotations?.[accountAnnotation]) return;
    faults.push(requiredField(FieldPath.root.child("metadata", "annotations").key(accountAnnotation)));
  },
  "kubernetes.io/dockercfg": (_object, data, faults) => checkJson(data, ".dockercfg", faults),
  "kubernetes.io/dockerconfigjson": (_object, data, faults) => checkJson(data, ".dockerconfigjson", faults),
  "kubernetes.io/basic-auth": (_object, data, faults) => {
    const keys = ["username", "password"];
    if (keys.some((key) => Object.hasOwn(data, key))) return;
    for (const key of keys) faults.push(requiredField(dataAt.key(key)));
  },
  "kubernetes.io/ssh-auth": (_object, data, faults) => {
    if (stringIn(data, "ssh-privatekey") === "") faults.push(requiredField(dataAt.key("ssh-privatekey")));
  },
  "kubernetes.io/tls": (_object, data, faults) => {
    for (const key of ["tls.crt", "tls.key"]) if (!Object.hasOwn(data, key)) faults.push(requiredField(dataAt.key(key)));
  },
};

function checkJson(data: ReadonlyJsonObject, key: string, faults: FieldError[]): void {
  if (!Object.hasOwn(data, key)) {
    faults.push(requiredField(dataAt.key(key)));
    return;
  }
  const problem = jsonObjectFault(Buffer.from(asString(getOwn(data, key)), "base64"));
  // What it holds is secret, also in messages.
  if (problem !== undefined) faults.push(invalidField(dataAt.key(key), "<secret contents redacted>", problem));
}

function validate(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  checkDataKeys(object, "data", faults);
  if (dataBytes(object, "data", decodedBytes) > dataMaxBytes) faults.push(tooLongField("data", dataMaxBytes));
  const type = stringIn(object, "type");
  if (Object.hasOwn(TYPES, type)) TYPES[type]?.(object, objectIn(object, "data"), faults);
  return faults;
}

const secretChanges = changes({ type: immutable() });

/** stringData is for writing only: it goes over data, encoded. */
function mergeStringData(object: KubeObject): void {
  const texts = object["stringData"];
  delete object["stringData"];
  if (!isObject(texts)) return;
  const keys = Object.keys(texts);
  if (keys.length === 0) return;
  const data = structIn(object, "data");
  for (const key of keys) setOwn(data, key, Buffer.from(asString(getOwn(texts, key))).toString("base64"));
}

/** What Secrets do beyond the tables. */
export const secret: KindBehaviour = {
  applyDefaults(object) {
    fillEmptyData(object, "data");
    mergeStringData(object);
    if (!object["type"]) object["type"] = "Opaque";
  },
  strategy: {
    validate,
    validateUpdate: (object, old) => {
      const faults = findChangeFaults(secretChanges, object, old);
      checkImmutableData(object, old, ["data"], faults);
      return [...faults, ...validate(object)];
    },
    warnings: (object) => {
      if (object["type"] !== "kubernetes.io/tls") return [];
      const data = objectIn(object, "data");
      const bytes = (key: string) => Buffer.from(asString(getOwn(data, key)), "base64");
      const problem = keyPairProblem(bytes("tls.crt"), bytes("tls.key"));
      return problem === undefined ? [] : [problem];
    },
  },
  cells: {
    Type: (object) => stringIn(object, "type"),
    Data: (object) => Object.keys(objectIn(object, "data")).length,
  },
};
