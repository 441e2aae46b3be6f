import { isObject, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { PODS } from "../../object/resource-ids.ts";
import { containerLists } from "../../resources/pod-spec/scope.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { addsEphemeralContainers, concerns, refuse, specOf } from "../attributes.ts";

const ALWAYS = "Always";

/** Pods fetch their images anew, so that whoever may not fetch one cannot use one that lies on a node. */
export const alwaysPullImages: AdmissionPlugin = {
  name: "AlwaysPullImages",
  handles: (attributes) => concerns(attributes, PODS, "CREATE", "UPDATE") || addsEphemeralContainers(attributes),
  mutate(attributes) {
    if (!bringsImages(attributes)) return;
    for (const [holder, field] of pulls(specOf(attributes))) (holder as JsonObject)[field] = ALWAYS;
  },
  validate(attributes) {
    if (!bringsImages(attributes)) return;
    for (const [holder, field] of pulls(objectIn(attributes.object ?? {}, "spec"))) {
      const policy = stringIn(holder, field);
      if (policy !== ALWAYS)
        throw refuse(attributes, `${field}: Unsupported value: ${JSON.stringify(policy)}: supported values: "${ALWAYS}"`);
    }
  },
};

/** What is pulled, with the field that says when: containers and volumes made of images. */
function pulls(spec: ReadonlyJsonObject): (readonly [ReadonlyJsonObject, string])[] {
  return [
    ...containerLists.flatMap((list) => objectsIn(spec, list).map((container) => [container, "imagePullPolicy"] as const)),
    ...objectsIn(spec, "volumes")
      .filter((volume) => isObject(volume["image"]))
      .map((volume) => [objectIn(volume, "image"), "pullPolicy"] as const),
  ];
}

/** An update that only repeats images changes nothing about them: they could not be changed then. */
function bringsImages({ object, oldObject }: AdmissionAttributes): boolean {
  if (oldObject === undefined) return true;
  const images = (pod: ReadonlyJsonObject) =>
    containerLists.flatMap((list) => objectsIn(objectIn(pod, "spec"), list).map((one) => stringIn(one, "image")));
  const known = new Set(images(oldObject));
  return images(object ?? {}).some((image) => !known.has(image));
}
