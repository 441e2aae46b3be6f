import { setOwn, type JsonObject } from "../../object/json.ts";
import type { UserInfo } from "../../request/context.ts";

/** A user as authentication.k8s.io/v1 UserInfo; what is empty is left out, keys of `extra` are sorted. */
export function userInfoJson({ name, uid, groups, extra }: UserInfo): JsonObject {
  const values: JsonObject = {};
  for (const key of [...(extra?.keys() ?? [])].sort()) setOwn(values, key, [...(extra?.get(key) ?? [])]);
  return {
    ...(name === "" ? {} : { username: name }),
    ...(uid === undefined || uid === "" ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups: [...groups] }),
    ...(extra === undefined || extra.size === 0 ? {} : { extra: values }),
  };
}
