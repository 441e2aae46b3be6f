import type { GroupVersionKind } from "../object/kube-object.ts";
import type { ServedVersion, Subresource } from "./definition.ts";

/** Scale is one type whatever it scales. */
export const SCALE: GroupVersionKind = { group: "autoscaling", version: "v1", kind: "Scale" };

/** The kind that goes through a subresource of one served version. */
export function subresourceKind(served: ServedVersion, subresource: Subresource): GroupVersionKind {
  const own = { group: served.group, version: served.version };
  switch (subresource.type) {
    case "object":
      return { ...own, kind: served.kind };
    case "scale":
      return SCALE;
    case "action":
      return { group: subresource.group, version: subresource.version, kind: subresource.kind };
    case "connect":
      return { group: subresource.group ?? own.group, version: subresource.version ?? own.version, kind: subresource.kind };
  }
}
