import { forbiddenField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { equalJson, structIn, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objects } from "../../object/parts.ts";
import { isSet, objectIn, stringIn } from "../../object/read.ts";
import { appArmorOfContainer, seccompOfContainer, seccompOfPod } from "./pod-annotations.ts";
import { containerLists, isWindowsPod, visitContainers } from "./scope.ts";
import { appArmorProfile } from "./security-context.ts";

/** What annotations say of the profiles that fields name by type. */
const localhost = "localhost/";
const texts: ReadonlyMap<string, readonly string[]> = new Map([
  ["Unconfined", ["unconfined"]],
  ["RuntimeDefault", ["runtime/default"]],
]);
const seccompTexts: typeof texts = new Map([...texts, ["RuntimeDefault", ["runtime/default", "docker/default"]]]);

/** Appends where a new pod's annotations name another profile than its fields do. */
export function checkProfileAnnotations(meta: ReadonlyJsonObject, spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const annotations = objectIn(meta, "annotations");
  if (Object.keys(annotations).length === 0) return;
  const ofPod = objectIn(spec, "securityContext");
  const compare = (what: "seccomp" | "apparmor", key: string, owner: ReadonlyJsonObject, place: FieldPath): void => {
    const member = what === "seccomp" ? "seccompProfile" : "appArmorProfile";
    if (!isSet(annotations, key) || !isSet(owner, member)) return;
    const fault = mismatch(what, stringIn(annotations, key), objectIn(owner, member), place.child("securityContext", member));
    if (fault !== undefined) faults.push(fault);
  };
  compare("seccomp", seccompOfPod, ofPod, at);
  visitContainers(spec, at, (container, place) =>
    compare("seccomp", seccompOfContainer + stringIn(container, "name"), objectIn(container, "securityContext"), place),
  );
  if (isWindowsPod(spec)) return;
  visitContainers(spec, at, (container, place) => {
    const own = objectIn(container, "securityContext");
    compare("apparmor", appArmorOfContainer + stringIn(container, "name"), isSet(own, "appArmorProfile") ? own : ofPod, place);
  });
}

function mismatch(what: "seccomp" | "apparmor", annotation: string, profile: ReadonlyJsonObject, at: FieldPath): FieldError | undefined {
  const type = stringIn(profile, "type");
  const otherType = forbiddenField(at.child("type"), `${what} type in annotation and field must match`);
  if (type !== "Localhost") {
    const known = (what === "seccomp" ? seccompTexts : texts).get(type);
    return known === undefined || known.includes(annotation) ? undefined : otherType;
  }
  if (!annotation.startsWith(localhost)) return otherType;
  if (isSet(profile, "localhostProfile") && annotation.slice(localhost.length) === stringIn(profile, "localhostProfile")) return undefined;
  return forbiddenField(at.child("localhostProfile"), `${what} profile in annotation and field must match`);
}

/**
 * Writes what a new pod's annotations say of AppArmor into the fields of its containers, in place, where those say
 * nothing (KEP-24), and warns of annotations that did it or that mean nothing.
 */
export function applyAppArmorAnnotations(pod: KubeObject, warn: (text: string) => void): void {
  const spec = structIn(pod, "spec");
  const annotations = objectIn(pod.metadata, "annotations");
  if (Object.keys(annotations).length === 0 || isWindowsPod(spec)) return;
  const ofPod = objectIn(spec, "securityContext")["appArmorProfile"];
  for (const container of containerLists.flatMap((list) => objects(spec[list]))) {
    const key = appArmorOfContainer + stringIn(container, "name");
    if (!isSet(annotations, key) || isSet(objectIn(container, "securityContext"), "appArmorProfile")) continue;
    const profile = profileOf(stringIn(annotations, key));
    const isNews = profile !== undefined && !equalJson(profile, ofPod);
    if (isNews) structIn(container, "securityContext")["appArmorProfile"] = profile;
    if (isNews || profile === undefined) {
      warn(`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
    }
  }
}

/** The field that says what an annotation does; undefined where none can. */
function profileOf(annotation: string): JsonObject | undefined {
  for (const [type, known] of texts) if (known.includes(annotation)) return { type };
  if (!annotation.startsWith(localhost) || annotation === localhost) return undefined;
  const profile = { type: "Localhost", localhostProfile: annotation.slice(localhost.length) };
  const faults: FieldError[] = [];
  appArmorProfile(profile, FieldPath.root, faults, undefined);
  return faults.length === 0 ? profile : undefined;
}
