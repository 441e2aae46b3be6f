import type { Definitions } from "../resources/definitions.ts";
import type { Controller } from "./controller.ts";
import { serviceAccountController } from "./service-account.ts";
import { validatingAdmissionPolicyStatus } from "./validating-admission-policy-status.ts";

/** The loops that `--controllers` can name, by name: each is made from the kinds that there are. */
export const controllers: ReadonlyMap<string, (definitions: Definitions) => Controller> = new Map([
  ["serviceaccount", () => serviceAccountController],
  ["validatingadmissionpolicy-status", validatingAdmissionPolicyStatus],
]);
