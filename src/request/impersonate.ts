import { BoundedCache } from "../authentication/bounded-cache.ts";
import { attributesOfRequest, type Authorizer } from "../authorization/authorizer.ts";
import { StatusError } from "../object/status.ts";
import type { RequestContext, UserInfo } from "./context.ts";
import { wantedUser } from "./impersonation-headers.ts";
import { IMPERSONATION_MODES, tryMode } from "./impersonation-modes.ts";

/** Requestors whose last mode is remembered. */
const REMEMBERED = 1024;

/**
 * Makes the stage that lets a user act as another where the Impersonate-* headers ask for it. Every mode is tried until
 * one is granted, the requestor's last one first: it costs the fewest questions, and it is whose refusal is shown.
 * Nothing that is granted is remembered, so a permission that is taken away is gone at once. Errors of the stage:
 * StatusError 400, 403.
 */
export function impersonationStage(authorize: Authorizer, clock: () => number): (context: RequestContext) => Promise<void> {
  const lastModes = new BoundedCache<number>(REMEMBERED, clock);
  return async (context) => {
    const wanted = wantedUser(context.request);
    if (wanted === undefined) return;
    const by = context.user;
    const key = requestorKey(by);
    const last = lastModes.get(key);
    const order = [...IMPERSONATION_MODES.keys()].sort((a, b) => Number(b === last) - Number(a === last));
    const attributes = attributesOfRequest(context.info, by);
    let refused: unknown;
    for (const index of order) {
      const mode = IMPERSONATION_MODES[index] as (typeof IMPERSONATION_MODES)[number];
      try {
        const user = await tryMode(mode, authorize, wanted, attributes);
        if (user === undefined) continue;
        lastModes.set(key, index, Infinity);
        context.user = user;
        context.impersonation = { by, constraint: mode.name === "" ? "" : `impersonate:${mode.name}` };
        return;
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        refused ??= error;
      }
    }
    throw refused;
  };
}

function requestorKey({ name, uid, groups, extra }: UserInfo): string {
  return JSON.stringify([name, uid, groups, [...(extra ?? [])]]);
}
