import type { PodLike } from "../../pod-templates.ts";
import { BASELINE_CHECKS } from "./baseline-checks.ts";
import type { Check, Violation } from "./check.ts";
import type { LevelVersion } from "./policy.ts";
import { RESTRICTED_CHECKS } from "./restricted-checks.ts";

/** All that keeps a pod from a level; empty where it meets it. */
export function violations(pod: PodLike, { level, minor }: LevelVersion): Violation[] {
  if (level === "privileged") return [];
  const restricted = level === "restricted" ? RESTRICTED_CHECKS.map((check) => versionOf(check, minor)) : [];
  const overridden = new Set(restricted.flatMap((version) => version?.overrides ?? []));
  const baseline = BASELINE_CHECKS.filter(({ id }) => !overridden.has(id)).map((check) => versionOf(check, minor));
  return [...baseline, ...restricted].map((version) => version?.check(pod)).filter((found) => found !== undefined);
}

/** What a check was at a version; undefined where it did not exist yet. */
function versionOf({ versions }: Check, minor: number): Check["versions"][number] | undefined {
  return versions.findLast(({ since }) => since <= minor);
}

/** The violations in few words: "hostPort, privileged". */
export function reasonsText(found: readonly Violation[]): string {
  return found.map(({ reason }) => reason).join(", ");
}

/** The violations as a refusal tells them. */
export function detailsText(found: readonly Violation[]): string {
  return found.map(({ reason, detail }) => (detail === "" ? reason : `${reason} (${detail})`)).join(", ");
}
