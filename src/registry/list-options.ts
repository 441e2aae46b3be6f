import { forbiddenField, notSupportedField } from "../object/field-error.ts";
import type { FieldError } from "../object/field-error.ts";
import { parseInt64, parseUint64 } from "../object/int64.ts";
import { badRequest, invalid } from "../object/status.ts";
import { isTrue } from "../request/info.ts";

/** The query of a list, watch or deletecollection (meta/v1 ListOptions), typed and checked. */
export interface ListOptions {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly watch: boolean;
  readonly allowWatchBookmarks: boolean;
  /** undefined: the newest state. */
  readonly resourceVersion: number | undefined;
  readonly resourceVersionMatch: "" | "NotOlderThan" | "Exact";
  /** 0: none. */
  readonly limit: number;
  readonly continue: string;
  readonly timeoutSeconds: number | undefined;
  readonly sendInitialEvents: boolean | undefined;
}

/**
 * `watch`: the query asks for a watch. (A watch that stands in the path alone is judged as a list, as in the original.)
 * Errors: StatusError 400 for values that do not parse, 422 for combinations that make no sense.
 */
export function listOptions(query: URLSearchParams, watch: boolean): ListOptions {
  const limit = integerOption(query.get("limit")) ?? 0;
  const timeoutSeconds = integerOption(query.get("timeoutSeconds"));
  const versionText = query.get("resourceVersion") ?? "";
  const askedMatch = query.get("resourceVersionMatch") ?? "";
  const token = query.get("continue") ?? "";
  const initial = query.get("sendInitialEvents");
  // A watch from no certain state begins with the present one, and says where that ends if it sends bookmarks (KEP-3157).
  const plain = watch && initial === null && askedMatch === "" && (versionText === "" || versionText === "0");
  const match = plain ? "NotOlderThan" : askedMatch;
  const sendInitialEvents = plain ? true : initial === null ? undefined : isTrue(initial);
  const errors = (watch ? watchErrors : listErrors)({ versionText, match, token, sendInitialEvents });
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", errors);
  return {
    labelSelector: query.get("labelSelector") ?? "",
    fieldSelector: query.get("fieldSelector") ?? "",
    watch,
    allowWatchBookmarks: isTrue(query.get("allowWatchBookmarks")),
    resourceVersion: parseResourceVersion(versionText, (text) => badRequest(`invalid resource version: ${text}`)),
    resourceVersionMatch: match as ListOptions["resourceVersionMatch"],
    limit: Math.max(limit, 0),
    continue: token,
    timeoutSeconds,
    sendInitialEvents,
  };
}

/**
 * A resourceVersion as clients send it back: undefined for "", a number otherwise ("0" stays 0). Errors: what `refuse`
 * makes of the original's words.
 */
export function parseResourceVersion(text: string, refuse: (message: string) => Error): number | undefined {
  if (text === "") return undefined;
  const read = parseUint64(text);
  if ("problem" in read) throw refuse(`resourceVersion: Invalid value: ${JSON.stringify(text)}: ${read.problem}`);
  return Number(read.value);
}

interface Asked {
  readonly versionText: string;
  readonly match: string;
  readonly token: string;
  readonly sendInitialEvents: boolean | undefined;
}

function listErrors({ versionText, match, token, sendInitialEvents }: Asked): FieldError[] {
  const errors: FieldError[] = [];
  if (match !== "") {
    if (versionText === "")
      errors.push(forbiddenField("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"));
    if (token !== "") errors.push(forbiddenField("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
    if (match !== "Exact" && match !== "NotOlderThan")
      errors.push(notSupportedField("resourceVersionMatch", match, ["Exact", "NotOlderThan", ""]));
    if (match === "Exact" && versionText === "0")
      errors.push(forbiddenField("resourceVersionMatch", 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (sendInitialEvents !== undefined) errors.push(forbiddenField("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  return errors;
}

function watchErrors({ match, token, sendInitialEvents }: Asked): FieldError[] {
  const errors: FieldError[] = [];
  const at = "resourceVersionMatch";
  if (sendInitialEvents !== undefined && match !== "NotOlderThan") {
    errors.push(forbiddenField(at, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  }
  if (match === "") return errors;
  if (sendInitialEvents === undefined) {
    errors.push(forbiddenField(at, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
  }
  if (match !== "NotOlderThan") errors.push(notSupportedField(at, match, ["NotOlderThan"]));
  if (token !== "") errors.push(forbiddenField(at, "resourceVersionMatch is forbidden when continue is provided"));
  return errors;
}

/** An integer of a query, where it is given. Errors: StatusError 400 with the original's words. */
export function integerOption(text: string | null): number | undefined {
  return text === null ? undefined : queryInteger(text);
}

/** An integer of a query. Errors: StatusError 400 with the original's words. */
export function queryInteger(text: string): number {
  const read = parseInt64(text);
  if ("problem" in read) throw badRequest(read.problem);
  return Number(read.value);
}
