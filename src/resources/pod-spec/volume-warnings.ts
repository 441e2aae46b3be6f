import type { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { quoteText } from "../../object/quote.ts";
import { isSet, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { warnOfClaimSpec } from "./amount-warnings.ts";

/** Volume plugins that are gone or going: the member, how messages write it, and since when. */
const deprecatedPlugins: readonly (readonly [member: string, shown: string, message: string])[] = [
  ["photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["gitRepo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"],
  ["scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"],
  ["storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"],
  ["quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"],
];

/** The warning of a volume source of a plugin that is gone or going; `at` is the object that has the source as a member. */
export function pluginWarnings(owner: ReadonlyJsonObject, at: FieldPath): string[] {
  return deprecatedPlugins
    .filter(([member]) => isSet(owner, member))
    .map(([, shown, message]) => `${at.child(shown).toString()}: ${message}`);
}

/** Volumes of plugins that are gone or going, and files of which one hides another. */
export function warnOfVolumes(volumes: readonly ReadonlyJsonObject[], at: FieldPath, warnings: string[]): void {
  volumes.forEach((volume, i) => {
    warnings.push(...pluginWarnings(volume, at.index(i)));
    const claim = objectIn(objectIn(volume, "ephemeral"), "volumeClaimTemplate");
    warnOfClaimSpec(objectIn(claim, "spec"), at.index(i).child("ephemeral", "volumeClaimTemplate", "spec"), warnings);
  });
  const most = warnings.length + maxWarnings;
  for (const volume of volumes) warnOfFiles(volume, most, warnings);
}

interface File {
  readonly path: string;
  /** What it comes from, where a volume has several sources. */
  readonly source: string;
}

/** Sources that are volumes of files by themselves: what messages call them, and the member that names them. */
const fileSources = [
  ["secret", "Secret", "secretName"],
  ["configMap", "ConfigMap", "name"],
  ["downwardAPI", "DownwardAPI", undefined],
] as const;

function warnOfFiles(volume: ReadonlyJsonObject, most: number, warnings: string[]): void {
  for (const [member, title, nameMember] of fileSources) {
    if (!isSet(volume, member)) continue;
    const source = objectIn(volume, member);
    const files: File[] = [];
    addFiles(files, source, "");
    const name = nameMember === undefined ? "" : ` ${quoteText(stringIn(source, nameMember))}`;
    warnOfOverlaps(files, `volume ${quoteText(stringIn(volume, "name"))} (${title}${name})`, most, warnings);
  }
  if (!isSet(volume, "projected")) return;
  warnOfProjected(objectIn(volume, "projected"), `volume ${quoteText(stringIn(volume, "name"))} (Projected)`, most, warnings);
}

function warnOfProjected(projected: ReadonlyJsonObject, volume: string, most: number, warnings: string[]): void {
  const files: File[] = [];
  for (const source of objectsIn(projected, "sources")) {
    if (!Object.keys(source).some((member) => isSet(source, member))) {
      warnings.push(`${volume} has no sources provided`);
    }
    for (const [member, title] of [
      ["configMap", "ConfigMap"],
      ["secret", "Secret"],
    ] as const) {
      const keys = objectIn(source, member);
      addFiles(files, keys, `${title} ${quoteText(stringIn(keys, "name"))}`);
    }
    addFiles(files, objectIn(source, "downwardAPI"), "DownwardAPI");
    const token = objectIn(source, "serviceAccountToken");
    if (stringIn(token, "path") !== "") files.push({ path: stringIn(token, "path"), source: "ServiceAccountToken" });
  }
  warnOfOverlaps(files, volume, most, warnings);
}

function addFiles(files: File[], owner: ReadonlyJsonObject, source: string): void {
  for (const item of objectsIn(owner, "items")) files.push({ path: withoutEndSlashes(stringIn(item, "path")), source });
}

/** Not by a pattern, which would begin anew at every slash of many that do not end the path. */
function withoutEndSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end--;
  return path.slice(0, end);
}

/** Volumes with more files than this are not searched: the search is quadratic, and only warns. */
const maxFiles = 500;
/** So many are told of a pod's files: their number grows with the square of that of a volume's files. */
const maxWarnings = 1000;

/** Tells of files that hide one another, until there are `most` warnings. */
function warnOfOverlaps(files: readonly File[], volume: string, most: number, warnings: string[]): void {
  if (files.length > maxFiles) return;
  files.forEach((file, i) => {
    for (const earlier of files.slice(0, i)) {
      if (warnings.length >= most) return;
      const within = file.path.startsWith(`${earlier.path}/`) || earlier.path.startsWith(`${file.path}/`);
      if (file.path !== earlier.path && !within) continue;
      warnings.push(`${volume}: overlapping paths: ${shown(file)} with ${shown(earlier)}`);
    }
  });
}

function shown(file: File): string {
  return file.source === "" ? quoteText(file.path) : `${quoteText(file.path)} (${file.source})`;
}
