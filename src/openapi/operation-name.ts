/** "apps_v1", "rbacAuthorization_v1", "core_v1": the tag of a group version's operations; without a version, of the group's. */
export function tagOf(group: string, version?: string): string {
  const words = groupWords(group);
  const name = words.map((word, i) => (i === 0 ? word : capital(word))).join("");
  return version === undefined ? name : `${name}_${version}`;
}

/** "AppsV1", "RbacAuthorizationV1", "CoreV1": the part of an operation's name that tells the group version. */
export function camelGroupVersion(group: string, version: string): string {
  return groupWords(group).map(capital).join("") + capital(version);
}

/** The words of a group's name; k8s.io is understood. */
function groupWords(group: string): string[] {
  return group === "" ? ["core"] : group.replace(/\.k8s\.io$/, "").split(/[.-]/);
}

/** With its first letter as a capital. */
export function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
