import { objectIn, stringsIn } from "../../object/read.ts";
import { SERVICES } from "../../object/resource-ids.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { concerns, refuse } from "../attributes.ts";

/** No service claims addresses that nobody gave it (CVE-2020-8554); those that do already stay as they are. */
export const denyServiceExternalIps: AdmissionPlugin = {
  name: "DenyServiceExternalIPs",
  handles: (attributes) => concerns(attributes, SERVICES, "CREATE", "UPDATE"),
  validate(attributes) {
    const addresses = (service: typeof attributes.object): readonly string[] => stringsIn(objectIn(service ?? {}, "spec"), "externalIPs");
    const before = addresses(attributes.oldObject);
    if (addresses(attributes.object).every((address) => before.includes(address))) return;
    throw refuse(attributes, "Use of external IPs is denied by admission control");
  },
};
