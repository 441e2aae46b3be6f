import type { AdmissionPlugin } from "../admission.ts";
import { refuse } from "../attributes.ts";

/** Does nothing; kube-apiserver has it for those who want no other plugin. */
export const alwaysAdmit: AdmissionPlugin = { name: "AlwaysAdmit", handles: () => false };

/** Refuses every write. */
export const alwaysDeny: AdmissionPlugin = {
  name: "AlwaysDeny",
  handles: () => true,
  mutate(attributes) {
    throw refuse(attributes, "admission control is denying all modifications");
  },
};
