import type { JsonObject } from "../../object/json.ts";
import { userInfoJson } from "../../request/user-info.ts";
import type { AdmissionAttributes } from "../admission.ts";
import type { Subject } from "./subject.ts";
import type { RequestVersion } from "./versions.ts";

/**
 * The AdmissionRequest of a request in a version, without its uid and objects: what expressions know as `request` and
 * webhooks are sent (admission/v1). Empty members are absent.
 */
export function admissionRequest(subject: Subject, version: RequestVersion): JsonObject {
  const { attributes } = subject;
  const { subresource, name, operation, user, dryRun } = attributes;
  const own = subject.version;
  return {
    kind: { ...version.kind },
    resource: { ...version.resource },
    ...(subresource === "" ? {} : { subResource: subresource }),
    requestKind: { ...own.kind },
    requestResource: { ...own.resource },
    ...(subresource === "" ? {} : { requestSubResource: subresource }),
    ...(name === "" ? {} : { name }),
    ...(subject.namespace === "" ? {} : { namespace: subject.namespace }),
    operation,
    userInfo: userInfoJson(user),
    dryRun,
    options: optionsOf(attributes),
  };
}

const OPTIONS_KINDS = { CREATE: "CreateOptions", UPDATE: "UpdateOptions", DELETE: "DeleteOptions" } as const;

/** The options as those of the operation that came of the request: a patch updates or creates. */
function optionsOf({ operation, options }: AdmissionAttributes): JsonObject | null {
  if (operation === "CONNECT") return null;
  const { force: _, ...shown } = options;
  return { ...shown, kind: OPTIONS_KINDS[operation], apiVersion: "meta.k8s.io/v1" };
}
