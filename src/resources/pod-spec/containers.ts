import { duplicateField, forbiddenField, invalidField, notFoundField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJson, ReadonlyJsonObject } from "../../object/json.ts";
import { dnsLabel } from "../../object/names.ts";
import { asObject, isSet, listIn, objectsIn, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { required } from "../../validation/presence.ts";
import { oneOf, text } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import { environment, environmentFrom } from "./environment.ts";
import { volumeDevices, volumeMounts } from "./mounts.ts";
import { checkHostPortConflicts, containerPorts } from "./ports.ts";
import { runningRules } from "./probes.ts";
import { containerResources, resizePolicy } from "./resources.ts";
import { checkContainerRestartPolicy, checkResizeOfInit, checkRunsToCompletion } from "./restart-policy.ts";
import { containersOf, lastingLists, type ContainerScope, type PodScope } from "./scope.ts";
import { containerSecurityContext } from "./security-context.ts";
import { pullPolicy } from "./volume-sources.ts";

/** What holds for every container of a pod, whatever list it stands in. */
const anyContainer: Check<ContainerScope> = fields<ContainerScope>({
  name: required(text(dnsLabel)),
  image: required(),
  terminationMessagePolicy: required(oneOf("File", "FallbackToLogsOnError")),
  ports: containerPorts,
  env: environment,
  envFrom: environmentFrom,
  volumeMounts,
  volumeDevices,
  imagePullPolicy: required(pullPolicy),
  resources: containerResources,
  resizePolicy,
  securityContext: containerSecurityContext,
});

/** What the rules of one list of containers add, once what holds for all has been checked. */
type ListRules = (container: ReadonlyJsonObject, at: FieldPath) => void;

function checkList(list: string, scope: PodScope, at: FieldPath, faults: FieldError[], further: ListRules): void {
  objectsIn(scope.spec, list).forEach((container, i) => {
    const place = at.child(list).index(i);
    anyContainer(container, place, faults, { container, ...scope });
    further(container, place);
  });
}

/** Appends what is wrong with the containers of a pod, list by list as upstream does. */
export function checkContainers(scope: PodScope, at: FieldPath, faults: FieldError[]): void {
  const containers = objectsIn(scope.spec, "containers");
  if (containers.length === 0) faults.push(requiredField(at.child("containers")));
  const names = new Set<string>();
  checkList("containers", scope, at, faults, (container, place) => {
    takeName(container, place, names, faults);
    names.add(stringIn(container, "name"));
    runningRules(container, place, faults, scope);
    checkContainerRestartPolicy(container, place, faults);
  });
  checkHostPortConflicts(containers, (i) => at.child("containers").index(i), faults);
  checkList("initContainers", scope, at, faults, (container, place) => {
    checkContainerRestartPolicy(container, place, faults);
    const sidecar = stringIn(container, "restartPolicy") === "Always";
    if (sidecar && objectsIn(container, "restartPolicyRules").length > 0) {
      const detail = "restartPolicyRules are not allowed for init containers with restart policy Always";
      faults.push(forbiddenField(place.child("restartPolicyRules"), detail));
    }
    takeName(container, place, names, faults);
    // Init containers run one by one: only within one of them can ports of the node be in each other's way. Upstream
    // looks at each as at a list of its own, and tells of the first place.
    checkHostPortConflicts([container], () => at.child("initContainers").index(0), faults);
    if (sidecar) {
      runningRules(container, place, faults, scope);
    } else {
      checkRunsToCompletion(container, place, faults);
      checkResizeOfInit(container, place, faults);
    }
  });
  checkEphemeralContainers(scope, at, faults);
}

function checkEphemeralContainers(scope: PodScope, at: FieldPath, faults: FieldError[]): void {
  if (listIn(scope.spec, "ephemeralContainers").length === 0) return;
  const lasting = new Set(containersOf(scope.spec, lastingLists).map((container) => stringIn(container, "name")));
  const names = new Set(lasting);
  checkList("ephemeralContainers", scope, at, faults, (container, place) => {
    checkImagePadding(container, place, faults);
    takeName(container, place, names, faults);
    names.add(stringIn(container, "name"));
    const target = stringIn(container, "targetContainerName");
    if (target !== "" && !lasting.has(target)) faults.push(notFoundField(place.child("targetContainerName"), target));
    checkEphemeral(container, place, faults);
  });
}

function takeName(container: ReadonlyJsonObject, at: FieldPath, names: Set<string>, faults: FieldError[]): void {
  const name = stringIn(container, "name");
  if (names.has(name)) faults.push(duplicateField(at.child("name"), name));
  if (name !== "") names.add(name);
}

/** Members that a container which is added to look around cannot have, in the order in which they are told. */
const notEphemeral = [
  "ports",
  "resources",
  "resizePolicy",
  "restartPolicy",
  "restartPolicyRules",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
] as const;

function checkEphemeral(container: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const detail = "cannot be set for an Ephemeral Container";
  for (const member of notEphemeral) {
    if (saysSomething(container[member])) faults.push(forbiddenField(at.child(member), detail));
  }
  objectsIn(container, "volumeMounts").forEach((mount, i) => {
    for (const member of ["subPath", "subPathExpr"]) {
      if (stringIn(mount, member) === "") continue;
      faults.push(forbiddenField(at.child("volumeMounts").index(i).child(member), detail));
    }
  });
}

function saysSomething(value: ReadonlyJson | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== "object" || Object.keys(asObject(value)).length > 0;
}

/** Appends what is wrong with an image's name in a pod; templates are forgiven, old ones have it. */
export function checkImagePadding(container: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const image = stringIn(container, "image");
  if (!isSet(container, "image") || image === image.trim()) return;
  faults.push(invalidField(at.child("image"), image, "must not have leading or trailing whitespace"));
}
