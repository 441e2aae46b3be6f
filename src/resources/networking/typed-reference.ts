import { dnsSubdomain, pathSegmentName } from "../../object/names.ts";
import { optional, required } from "../../validation/presence.ts";
import { text } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";

/** An object of any group and kind, by name (core/v1 TypedLocalObjectReference). */
export const typedReference = fields({
  apiGroup: optional(text(dnsSubdomain)),
  kind: required(text(pathSegmentName)),
  name: required(text(pathSegmentName)),
});
