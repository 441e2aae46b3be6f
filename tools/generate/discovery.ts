import type { Facts } from "./facts.ts";

/** Groups in the order in which discovery lists them, each with its versions, the preferred one first. */
export function discoveryTable(facts: Facts): { groups: { name: string; versions: string[] }[]; rootPaths: string[] } {
  const { groups } = facts.read<{ groups: { name: string; versions: { version: string }[] }[] }>("discovery/apis.json");
  return {
    groups: [
      { name: "", versions: facts.read<{ versions: string[] }>("discovery/api.json").versions },
      ...groups.map((group) => ({ name: group.name, versions: group.versions.map(({ version }) => version) })),
    ],
    rootPaths: facts.read<{ paths: string[] }>("discovery/root_paths.json").paths,
  };
}

/** Release as /version tells it, without what belongs to one build. */
export function versionTable(facts: Facts): Record<string, string> {
  const { major, minor, gitVersion } = facts.read<{ major: string; minor: string; gitVersion: string }>("discovery/version.json");
  return { major, minor, gitVersion };
}
