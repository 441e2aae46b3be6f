import { invalidField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { setOwn, structIn } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isUnqualifiedFinalizer, qualifiedNameRules } from "../../object/names.ts";
import { objectIn, stringIn, stringsIn } from "../../object/read.ts";
import type { KindBehaviour } from "../definition.ts";
import { restore } from "../keep-old.ts";
import { labelNames } from "../name-rules.ts";

/** A label by which selectors can name a namespace (KEP-2161). */
const nameLabel = "kubernetes.io/metadata.name";

function labelWithName({ metadata }: KubeObject): void {
  if (!metadata.name) return;
  setOwn((metadata.labels ??= {}), nameLabel, metadata.name);
}

/** The finalizer under which the namespace's content is deleted before the namespace goes. */
const contentFinalizer = "kubernetes";

const finalizersAt = FieldPath.root.child("spec", "finalizers");

function checkFinalizer(name: string, at: FieldPath, faults: FieldError[]): void {
  for (const message of qualifiedNameRules(name)) faults.push(invalidField(at, name, message));
  if (isUnqualifiedFinalizer(name)) {
    faults.push(invalidField(at, name, "name is neither a standard finalizer name nor is it fully qualified"));
  }
}

function finalizersOf(object: KubeObject): readonly string[] {
  return stringsIn(objectIn(object, "spec"), "finalizers");
}

/** A namespace is Terminating from the moment it is deleted, and never else. */
function checkPhase(object: KubeObject): FieldError[] {
  const phase = stringIn(objectIn(object, "status"), "phase");
  const deleted = object.metadata.deletionTimestamp !== undefined;
  const wanted = deleted ? "Terminating" : "Active";
  if (phase === wanted) return [];
  const detail = `may only be '${wanted}' if \`deletionTimestamp\` is ${deleted ? "not empty" : "empty"}`;
  return [invalidField("status.Phase", phase, detail)];
}

function setPhase(object: KubeObject, phase: string): void {
  structIn(object, "status")["phase"] = phase;
}

/** What Namespaces do beyond the tables. */
export const namespace: KindBehaviour = {
  applyDefaults(object) {
    labelWithName(object);
    if (stringIn(objectIn(object, "status"), "phase") === "") setPhase(object, "Active");
  },
  strategy: {
    nameRule: labelNames,
    prepareForCreate: (object) => {
      object["status"] = { phase: "Active" };
      const given = finalizersOf(object);
      structIn(object, "spec")["finalizers"] = given.includes(contentFinalizer) ? [...given] : [...given, contentFinalizer];
    },
    validate: (object) => {
      const faults: FieldError[] = [];
      for (const name of finalizersOf(object)) checkFinalizer(name, finalizersAt, faults);
      return faults;
    },
    validateUpdate: () => [],
    // A name made from generateName was not known when defaults were filled in.
    canonicalize: labelWithName,
    // The first delete only marks; content and finalizers go before the namespace.
    isFinalized: (object) => object.metadata.deletionTimestamp !== undefined && finalizersOf(object).length === 0,
    marksPlainly: true,
    markDeleted: (object) => setPhase(object, "Terminating"),
  },
  subresources: {
    status: { validateUpdate: checkPhase, canonicalize: labelWithName },
    finalize: {
      prepareForUpdate: (object, old) => restore(object, old, "status"),
      validateUpdate: (object) => {
        const faults: FieldError[] = [];
        finalizersOf(object).forEach((name, i) => checkFinalizer(name, finalizersAt.index(i), faults));
        return faults;
      },
      canonicalize: labelWithName,
    },
  },
  cells: { Status: (object) => stringIn(objectIn(object, "status"), "phase") },
};
