import type { Controller } from "./controller.ts";
import { serviceAccountController } from "./service-account.ts";

/** The loops that `--controllers` can name. */
export const controllers: ReadonlyMap<string, Controller> = new Map(
  [serviceAccountController].map((controller) => [controller.name, controller]),
);
