import { structIn, type JsonObject, type JsonValue, type ReadonlyJsonObject } from "../../object/json.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { objectIn } from "../../object/read.ts";
import type { StrategyContext } from "../definition.ts";
import { defaultPodSpec } from "./defaults.ts";
import { dropDisabledPodFields } from "./disabled-fields.ts";
import { forgiven } from "./forgiven.ts";
import { dropInitAnnotations } from "./init-annotations.ts";
import type { PodRuleOptions } from "./scope.ts";
import { containerImages, containerNames, templateOf } from "./template-cells.ts";
import { podSpecWarnings } from "./warnings.ts";

/** Fills in the template of an object that makes pods, in place. `owner` is what has a member "template". */
export function defaultTemplateOf(owner: JsonObject): void {
  const template = structIn(owner, "template");
  dropInitAnnotations(structIn(template, "metadata"));
  defaultPodSpec(structIn(template, "spec"));
}

/** Takes what belongs to features that are off out of the template, in place; what the old one uses may stay. */
export function dropDisabledOf(owner: JsonObject, old: ReadonlyJsonObject | undefined): void {
  const spec = structIn(structIn(owner, "template"), "spec");
  dropDisabledPodFields(spec, old === undefined ? undefined : objectIn(objectIn(old, "template"), "spec"));
}

/** What the server's settings, and the template that was there before, let a template do. */
export function templateOptions(context: StrategyContext, old?: ReadonlyJsonObject): PodRuleOptions {
  const { allowPrivileged } = context.settings;
  if (old === undefined) return { allowPrivileged };
  const template = objectIn(old, "template");
  return { allowPrivileged, ...forgiven(objectIn(template, "spec"), objectIn(template, "metadata")) };
}

/** What a writer of the template should know; `at` is where the template is. */
export function templateWarnings(owner: ReadonlyJsonObject, at: FieldPath): string[] {
  const { meta, spec } = templateOf(owner);
  return podSpecWarnings(spec, meta, at);
}

/** The columns that tell of a template's containers; `ownerOf` gives what has the template. */
export function containerCells<T>(ownerOf: (object: T) => ReadonlyJsonObject): Record<"Containers" | "Images", (object: T) => JsonValue> {
  return {
    Containers: (object) => containerNames(templateOf(ownerOf(object)).spec),
    Images: (object) => containerImages(templateOf(ownerOf(object)).spec),
  };
}
