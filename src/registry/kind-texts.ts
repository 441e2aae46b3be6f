import { groupVersion, type GroupVersionKind } from "../object/kube-object.ts";

/** How the original says that it knows no such kind. */
export function unknownKind({ group, version, kind }: GroupVersionKind): string {
  const where = JSON.stringify(groupVersion(group, version));
  return `no kind ${JSON.stringify(kind)} is registered for version ${where} in scheme "pkg/api/legacyscheme/scheme.go:30"`;
}

/** And that an object of one kind is none of another: by its types' names, as in (v1.Secret) to (core.ConfigMap). */
export function unconvertible(from: GroupVersionKind, { group, kind }: GroupVersionKind): string {
  const room = group === "" ? "core" : (group.split(".")[0] as string);
  return `converting (${from.version}.${from.kind}) to (${room}.${kind}): unknown conversion`;
}
