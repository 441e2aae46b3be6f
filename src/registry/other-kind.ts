import type { JsonObject } from "../object/json.ts";
import { parseGroupVersion, type GroupVersionKind } from "../object/kube-object.ts";
import { decode } from "../schema/decode.ts";
import type { TypeTable } from "../schema/load.ts";
import { unconvertible, unknownKind } from "./kind-texts.ts";

/** Why a patch cannot make an object of another kind: in the original's words. */
interface OtherKind {
  readonly message: string;
  /** It would be a sound object of that kind: what fails is to take it for the own one. */
  readonly sound: boolean;
}

/** What is wrong with a patched value that says that it is of another kind than `own`. */
export function otherKind(value: JsonObject, own: GroupVersionKind, types: TypeTable): OtherKind {
  const { apiVersion = "", kind = "" } = value;
  const named = { ...(parseGroupVersion(String(apiVersion)) ?? { group: "", version: "" }), kind: String(kind) };
  const schema = types.schemaForKind(named);
  if (schema === undefined) return { message: unknownKind(named), sound: false };
  const decoded = decode(value, schema);
  if (!decoded.ok) return { message: decoded.message, sound: false };
  return { message: unconvertible(named, own), sound: true };
}
