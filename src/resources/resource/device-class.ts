import { findFaults, type Check } from "../../validation/check.ts";
import { optional } from "../../validation/presence.ts";
import { satisfies } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { subdomainNamesInBytes } from "../name-rules.ts";
import { isExtendedResource } from "../pod-spec/resource-names.ts";
import { deviceConfiguration } from "./device-configuration.ts";
import { deviceSelectors } from "./device-selectors.ts";
import { boundedList } from "./names.ts";

const MAX_CONFIGURATIONS = 32;

const extendedResourceName: Check = satisfies(
  (value) => typeof value === "string" && isExtendedResource(value),
  "must be a valid extended resource name",
);

const rules = fields({
  spec: fields({
    selectors: deviceSelectors,
    config: boundedList(MAX_CONFIGURATIONS, deviceConfiguration),
    extendedResourceName: optional(extendedResourceName),
  }),
});

/** What DeviceClasses do beyond the tables. */
export const deviceClass: KindBehaviour = {
  strategy: {
    nameRule: subdomainNamesInBytes,
    validate: (object) => findFaults(rules, object),
    validateUpdate: (object) => findFaults(rules, object),
  },
};
