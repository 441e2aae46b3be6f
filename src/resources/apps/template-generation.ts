import { parseInt64 } from "../../object/int64.ts";
import { equalJson, isObject, setOwn, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn } from "../../object/read.ts";
import { badRequest } from "../../object/status.ts";

/** Where apps/v1 keeps the count of a DaemonSet's templates, a field in older versions. */
export const templateGenerationAnnotation = "deprecated.daemonset.template.generation";

/** Puts the count, 0 where there is none, among the annotations. Errors: StatusError 400 where it is no number. */
export function defaultTemplateGeneration(object: KubeObject): void {
  const text = object.metadata.annotations?.[templateGenerationAnnotation];
  if (text === undefined) write(object, "0");
  else {
    const read = parseInt64(text);
    if ("problem" in read) throw badRequest(`DaemonSet in version "v1" cannot be handled as a DaemonSet: ${read.problem}`);
    write(object, String(read.value));
  }
}

/** A new DaemonSet counts from 1, or on from where another server's objects came. */
export function startTemplateGeneration(object: KubeObject): void {
  if (templateGeneration(object) < 1n) write(object, "1");
}

/** The count is the server's: it stays, and goes up with each change of the template. */
export function keepTemplateGeneration(object: KubeObject, old: KubeObject): void {
  const changed = !equalJson(objectIn(object, "spec")["template"], objectIn(old, "spec")["template"]);
  write(object, String(templateGeneration(old) + (changed ? 1n : 0n)));
}

/** How many templates the DaemonSet has had. */
export function templateGeneration(object: KubeObject): bigint {
  const text = object.metadata.annotations?.[templateGenerationAnnotation];
  return text === undefined || !/^-?\d+$/.test(text) ? 0n : BigInt(text);
}

function write(object: KubeObject, text: string): void {
  const metadata = object.metadata as unknown as JsonObject;
  if (!isObject(metadata["annotations"])) metadata["annotations"] = {};
  setOwn(metadata["annotations"] as JsonObject, templateGenerationAnnotation, text);
}
