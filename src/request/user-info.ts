import { setOwn, type JsonObject } from "../object/json.ts";
import { compareTexts } from "../object/text-order.ts";
import type { UserInfo } from "./context.ts";

/** A user as authentication.k8s.io/v1 UserInfo; what is empty is left out. */
export function userInfoJson({ name, uid = "", groups, extra }: UserInfo): JsonObject {
  const user: JsonObject = {};
  if (name !== "") user["username"] = name;
  if (uid !== "") user["uid"] = uid;
  if (groups.length > 0) user["groups"] = [...groups];
  if (extra !== undefined && extra.size > 0) user["extra"] = extraJson(extra);
  return user;
}

/** The `extra` of a user, its keys sorted. */
export function extraJson(extra: NonNullable<UserInfo["extra"]>): JsonObject {
  const values: JsonObject = {};
  for (const [key, texts] of [...extra].sort(([a], [b]) => compareTexts(a, b))) setOwn(values, key, [...texts]);
  return values;
}
