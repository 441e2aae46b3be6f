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
export function volumeWarnings(volumes: readonly ReadonlyJsonObject[], at: FieldPath): string[] {
  const warnings: string[] = [];
  volumes.forEach((volume, i) => {
    warnings.push(...pluginWarnings(volume, at.index(i)));
    const claim = objectIn(objectIn(volume, "ephemeral"), "volumeClaimTemplate");
    warnOfClaimSpec(objectIn(claim, "spec"), at.index(i).child("ephemeral", "volumeClaimTemplate", "spec"), warnings);
  });
  for (const volume of volumes) warnings.push(...overlapWarnings(volume));
  return warnings;
}

interface File {
  readonly path: string;
  /** What it comes from, where a volume has several sources. */
  readonly source: string;
}

function overlapWarnings(volume: ReadonlyJsonObject): string[] {
  const name = quoteText(stringIn(volume, "name"));
  const secret = objectIn(volume, "secret");
  const configMap = objectIn(volume, "configMap");
  return [
    ...overlaps(filesOf(secret, ""), `volume ${name} (Secret ${quoteText(stringIn(secret, "secretName"))})`),
    ...overlaps(filesOf(configMap, ""), `volume ${name} (ConfigMap ${quoteText(stringIn(configMap, "name"))})`),
    ...overlaps(filesOf(objectIn(volume, "downwardAPI"), ""), `volume ${name} (DownwardAPI)`),
    ...projectedWarnings(objectIn(volume, "projected"), `volume ${name} (Projected)`),
  ];
}

function projectedWarnings(projected: ReadonlyJsonObject, volume: string): string[] {
  const warnings: string[] = [];
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
      files.push(...filesOf(keys, `${title} ${quoteText(stringIn(keys, "name"))}`));
    }
    files.push(...filesOf(objectIn(source, "downwardAPI"), "DownwardAPI"));
    const token = objectIn(source, "serviceAccountToken");
    if (stringIn(token, "path") !== "") files.push({ path: stringIn(token, "path"), source: "ServiceAccountToken" });
  }
  return [...warnings, ...overlaps(files, volume)];
}

function filesOf(owner: ReadonlyJsonObject, source: string): File[] {
  return objectsIn(owner, "items").map((item) => ({ path: stringIn(item, "path").replace(/\/+$/, ""), source }));
}

/** Volumes with more files than this are not searched: the search is quadratic, and only warns. */
const maxFiles = 500;

function overlaps(files: readonly File[], volume: string): string[] {
  const warnings: string[] = [];
  if (files.length > maxFiles) return warnings;
  files.forEach((file, i) => {
    for (const earlier of files.slice(0, i)) {
      const within = file.path.startsWith(`${earlier.path}/`) || earlier.path.startsWith(`${file.path}/`);
      if (file.path !== earlier.path && !within) continue;
      warnings.push(`${volume}: overlapping paths: ${shown(file)} with ${shown(earlier)}`);
    }
  });
  return warnings;
}

function shown(file: File): string {
  return file.source === "" ? quoteText(file.path) : `${quoteText(file.path)} (${file.source})`;
}
