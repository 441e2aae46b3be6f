import type { JsonObject } from "../object/json.ts";
import type { BodyFormat } from "./decode-body.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Write } from "./write.ts";

/** A create that does something instead of storing its body: what it answers, and with which status. */
export type Action = (write: Write, body: Buffer, format: BodyFormat) => Promise<{ readonly value: JsonObject; readonly status: number }>;

/** The actions there are, by group/plural or group/plural/subresource. */
export class ActionHandlers {
  readonly #actions: ReadonlyMap<string, Action>;

  constructor(actions: Iterable<readonly [string, Action]>) {
    this.#actions = new Map(actions);
  }

  find({ definition, subresource }: Endpoint): Action | undefined {
    const resource = `${definition.group}/${definition.plural}`;
    return this.#actions.get(subresource === undefined ? resource : `${resource}/${subresource.name}`);
  }
}
