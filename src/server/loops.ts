import { controllers } from "../controllers/all.ts";
import { flowSchemaStatus } from "../controllers/flow-schema-status.ts";
import { runController, type Controller } from "../controllers/controller.ts";
import { customResourceDefinitions } from "../controllers/custom-resource-definitions.ts";
import type { CustomResources } from "../extensions/custom-resources.ts";
import { StartupError } from "../object/startup-error.ts";
import { timestamp } from "../object/timestamp.ts";
import { systemClient } from "../registry/system-client.ts";
import { FLOW_CONTROL_CONSUMER } from "./cluster-objects.ts";
import type { Assembled } from "./assemble.ts";
import { keepPublished } from "./extension-authentication.ts";
import { keepTracking } from "./legacy-tokens.ts";
import type { ServerLog } from "./log.ts";

/** As whom the server writes what nobody asked it to. */
const SERVER = "kube-apiserver";

/** What the loops work on. */
interface LoopParts {
  readonly assembled: Assembled;
  readonly customResources: CustomResources;
  /** Those of aggregation, which know what they look at. */
  readonly aggregationLoops: readonly Controller[];
  /** Tells extension API servers by what they authenticate. */
  readonly publish: () => Promise<void>;
  /** The loops of kube-controller-manager that were asked for. */
  readonly asked: readonly string[];
  readonly log: ServerLog;
}

/** Runs the loops of every server, then those that were asked for. Errors: StartupError for a loop that there is not. */
export async function runLoops({
  assembled,
  customResources,
  aggregationLoops,
  publish,
  asked,
  log,
}: LoopParts): Promise<AsyncDisposable[]> {
  const { plane, definitions } = assembled;
  const onFailure = (loop: string, key: string, error: unknown): void =>
    log.warn({ err: error, controller: loop, key }, "a controller will try again");
  const own: (readonly [Controller, string])[] = [
    [keepPublished(publish), SERVER],
    [keepTracking(Date.now), SERVER],
    ...aggregationLoops.map((loop) => [loop, SERVER] as const),
    [flowSchemaStatus(Date.now), FLOW_CONTROL_CONSUMER],
    [customResourceDefinitions(customResources, () => timestamp(Date.now())), SERVER],
    ...asked.map((name) => [loopNamed(name)(definitions), name] as const),
  ];
  const loops: AsyncDisposable[] = [];
  for (const [controller, manager] of own) {
    loops.push(await runController(controller, { registry: plane.registry, client: systemClient(plane.registry, manager), onFailure }));
  }
  return loops;
}

function loopNamed(name: string) {
  const make = controllers.get(name);
  if (make !== undefined) return make;
  throw new StartupError(`--controllers: there is no loop ${name}`, `name some of ${[...controllers.keys()].join(", ")}`);
}
