import { ALL_AUTHENTICATED } from "../authentication/authenticator.ts";
import type { Authorizer, Decision } from "./authorizer.ts";

const ALLOW: Decision = { decision: "allow", reason: "" };
const NO_OPINION: Decision = { decision: "noOpinion", reason: "" };

/** The group whose members may do everything, whatever the other authorizers say. */
export const privilegedGroup: Authorizer = ({ user }) => (user.groups.includes("system:masters") ? ALLOW : NO_OPINION);

/** What everybody may read: health and version. */
const PUBLIC_PATHS: ReadonlySet<string> = new Set(["/healthz", "/livez", "/readyz", "/version", "/version/"]);
/** What authenticated users may read besides: what the server serves. */
const DISCOVERY_PATHS = /^\/(?:api|apis|openapi)(?:\/.*)?$/;

/** Public paths for all, discovery for whoever is authenticated, nothing else. */
export const discoveryOnly: Authorizer = ({ user, isResourceRequest, verb, path }) => {
  if (isResourceRequest || verb !== "get") return NO_OPINION;
  if (PUBLIC_PATHS.has(path)) return ALLOW;
  return user.groups.includes(ALL_AUTHENTICATED) && DISCOVERY_PATHS.test(path) ? ALLOW : NO_OPINION;
};
