import { humanDuration } from "../object/duration.ts";
import { zeroTime } from "../object/time.ts";
import type { KubeObject } from "../object/kube-object.ts";

/** The cells that all kinds share. */
export function nameCell(object: KubeObject): string {
  return object.metadata.name ?? "";
}

/** When it was created; of what never was (a bookmark), the time that means none. */
export function createdCell(object: KubeObject): string {
  return object.metadata.creationTimestamp ?? zeroTime;
}

/** Time since creation, as people say it: 5d, 3h12m. */
export function ageCell(object: KubeObject, now: number): string {
  return ageSince(object.metadata.creationTimestamp, now);
}

/** Time since an RFC 3339 time; `<unknown>` where there is none. */
export function ageSince(time: string | undefined, now: number): string {
  return time === undefined ? "<unknown>" : humanDuration(now - Date.parse(time));
}
