import { isObject, type JsonValue } from "../../object/json.ts";

/** Where init containers stood before they were a field: what is there means nothing any more, and is not kept. */
const annotations = ["beta", "alpha"].flatMap((stage) =>
  ["init-containers", "init-container-statuses"].map((name) => `pod.${stage}.kubernetes.io/${name}`),
);

/** Takes the old annotations of init containers out of the metadata of a pod or of a template, in place. */
export function dropInitAnnotations(metadata: { annotations?: JsonValue | undefined }): void {
  const all = metadata.annotations;
  if (!isObject(all)) return;
  let dropped = false;
  for (const key of annotations) {
    if (!Object.hasOwn(all, key)) continue;
    delete all[key];
    dropped = true;
  }
  if (dropped && Object.keys(all).length === 0) delete metadata.annotations;
}
