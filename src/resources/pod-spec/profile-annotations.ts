import { forbiddenField, invalidField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { equalJson, structIn, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objects } from "../../object/parts.ts";
import { quoteText } from "../../object/quote.ts";
import { isSet, objectIn, stringIn } from "../../object/read.ts";
import { sortedKeys } from "../../object/text-order.ts";
import { descendingPath } from "./paths.ts";
import { containerLists, containersOf, isWindowsPod, visitContainers } from "./scope.ts";
import { appArmorProfile } from "./security-context.ts";

/** Where profiles stood before there were fields for them; a container's name follows the prefixes. */
export const seccompOfPod = "seccomp.security.alpha.kubernetes.io/pod";
/** The same of a container. */
export const seccompOfContainer = "container.seccomp.security.alpha.kubernetes.io/";
/** The same for AppArmor. */
export const appArmorOfContainer = "container.apparmor.security.beta.kubernetes.io/";

/** Whether annotations name a profile at all; those of most pods do not. */
export function nameProfiles(annotations: ReadonlyJsonObject): boolean {
  return Object.keys(annotations).some(
    (key) => key === seccompOfPod || key.startsWith(seccompOfContainer) || key.startsWith(appArmorOfContainer),
  );
}

/** A kind of profile: its name in messages, its field, and what annotations say of the types that the field has. */
interface ProfileKind {
  readonly name: string;
  readonly member: string;
  readonly texts: ReadonlyMap<string, readonly string[]>;
}

const seccomp: ProfileKind = {
  name: "seccomp",
  member: "seccompProfile",
  texts: new Map([
    ["Unconfined", ["unconfined"]],
    ["RuntimeDefault", ["runtime/default", "docker/default"]],
  ]),
};
const appArmor: ProfileKind = {
  name: "apparmor",
  member: "appArmorProfile",
  texts: new Map([
    ["Unconfined", ["unconfined"]],
    ["RuntimeDefault", ["runtime/default"]],
  ]),
};

/** What annotations say of the type Localhost, before the profile's name. */
const localhost = "localhost/";

function isKnown({ texts }: ProfileKind, annotation: string): boolean {
  return [...texts.values()].some((known) => known.includes(annotation));
}

/** Appends what is wrong with annotations that name profiles, each by itself. */
export function checkProfileTexts(annotations: ReadonlyJsonObject, spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  if (!nameProfiles(annotations)) return;
  const keys = sortedKeys(annotations);
  // Upstream tells of seccomp's as if they were members.
  for (const key of [seccompOfPod, ...keys.filter((one) => one.startsWith(seccompOfContainer))]) {
    if (isSet(annotations, key)) checkSeccomp(stringIn(annotations, key), at.child(key), faults);
  }
  const ofContainers = keys.filter((one) => one.startsWith(appArmorOfContainer));
  if (ofContainers.length === 0) return;
  const names = new Set(containersOf(spec).map((container) => stringIn(container, "name")));
  for (const key of ofContainers) {
    const name = key.slice(appArmorOfContainer.length);
    if (!names.has(name)) faults.push(invalidField(at.key(key), name, "container not found"));
    checkAppArmor(stringIn(annotations, key), at.key(key), faults);
  }
}

function checkSeccomp(profile: string, at: FieldPath, faults: FieldError[]): void {
  if (isKnown(seccomp, profile)) return;
  if (profile.startsWith(localhost)) descendingPath(profile.slice(localhost.length), at, faults, undefined);
  else faults.push(invalidField(at, profile, "must be a valid seccomp profile"));
}

function checkAppArmor(profile: string, at: FieldPath, faults: FieldError[]): void {
  if (profile === "" || isKnown(appArmor, profile) || profile.startsWith(localhost)) return;
  faults.push(invalidField(at, profile, `invalid AppArmor profile name: ${quoteText(profile)}`));
}

/** Appends where a new pod's annotations name another profile than its fields do. */
export function checkProfilesAgree(meta: ReadonlyJsonObject, spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const annotations = objectIn(meta, "annotations");
  if (!nameProfiles(annotations)) return;
  const ofPod = objectIn(spec, "securityContext");
  const compare = (kind: ProfileKind, key: string, owner: ReadonlyJsonObject, place: FieldPath): void => {
    if (!isSet(annotations, key) || !isSet(owner, kind.member)) return;
    const fault = mismatch(kind, stringIn(annotations, key), objectIn(owner, kind.member), place.child("securityContext", kind.member));
    if (fault !== undefined) faults.push(fault);
  };
  compare(seccomp, seccompOfPod, ofPod, at);
  visitContainers(spec, at, (container, place) =>
    compare(seccomp, seccompOfContainer + stringIn(container, "name"), objectIn(container, "securityContext"), place),
  );
  if (isWindowsPod(spec)) return;
  visitContainers(spec, at, (container, place) => {
    const own = objectIn(container, "securityContext");
    compare(appArmor, appArmorOfContainer + stringIn(container, "name"), isSet(own, appArmor.member) ? own : ofPod, place);
  });
}

function mismatch({ name, texts }: ProfileKind, annotation: string, profile: ReadonlyJsonObject, at: FieldPath): FieldError | undefined {
  const type = stringIn(profile, "type");
  const otherType = forbiddenField(at.child("type"), `${name} type in annotation and field must match`);
  if (type !== "Localhost") {
    const known = texts.get(type);
    return known === undefined || known.includes(annotation) ? undefined : otherType;
  }
  if (!annotation.startsWith(localhost)) return otherType;
  if (isSet(profile, "localhostProfile") && annotation.slice(localhost.length) === stringIn(profile, "localhostProfile")) return undefined;
  return forbiddenField(at.child("localhostProfile"), `${name} profile in annotation and field must match`);
}

/**
 * Writes what a new pod's annotations say of AppArmor into the fields of its containers, in place, where those say
 * nothing (KEP-24), and warns of annotations that did it or that mean nothing.
 */
export function applyAppArmorAnnotations(pod: KubeObject, warn: (text: string) => void): void {
  const spec = structIn(pod, "spec");
  const annotations = objectIn(pod.metadata, "annotations");
  if (!nameProfiles(annotations) || isWindowsPod(spec)) return;
  const ofPod = objectIn(spec, "securityContext")[appArmor.member];
  for (const container of containerLists.flatMap((list) => objects(spec[list]))) {
    const key = appArmorOfContainer + stringIn(container, "name");
    if (!isSet(annotations, key) || isSet(objectIn(container, "securityContext"), appArmor.member)) continue;
    const profile = profileOf(stringIn(annotations, key));
    const isNews = profile !== undefined && !equalJson(profile, ofPod);
    if (isNews) structIn(container, "securityContext")[appArmor.member] = profile;
    if (isNews || profile === undefined) {
      warn(`metadata.annotations[${key}]: deprecated since v1.30; use the "${appArmor.member}" field instead`);
    }
  }
}

/** The field that says what an annotation does; undefined where none can. */
function profileOf(annotation: string): JsonObject | undefined {
  for (const [type, known] of appArmor.texts) if (known.includes(annotation)) return { type };
  if (!annotation.startsWith(localhost) || annotation === localhost) return undefined;
  const profile = { type: "Localhost", localhostProfile: annotation.slice(localhost.length) };
  const faults: FieldError[] = [];
  appArmorProfile(profile, FieldPath.root, faults, undefined);
  return faults.length === 0 ? profile : undefined;
}
