import { parseFieldSelector } from "../object/field-selector.ts";
import { parseLabelSelector, SelectorError } from "../object/label-selector.ts";
import { pathSegmentName } from "../object/names.ts";
import { queryOf } from "./query.ts";

/** What a request asks for, read from its method and target alone (before anyone knows whether the resource exists). */
export interface RequestInfo {
  /** Percent-decoded path. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isResourceRequest: boolean;
  /** get, list, watch, create, update, patch, delete, deletecollection, proxy; for other paths the method in lower case. */
  readonly verb: string;
  /** "api" or "apis". */
  readonly apiPrefix: string;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** The path's segments from the resource on, without a leading namespaces/NS pair. */
  readonly parts: readonly string[];
  /** As they stand in the query; "" where the verb stands in the path, since what it selects is not always told so. */
  readonly labelSelector: string;
  readonly fieldSelector: string;
  /** The path ends where it should say of what: why there is no telling. */
  readonly fault?: string | undefined;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};
/** What below namespaces/NS belongs to the namespace itself. */
const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(["status", "finalize"]);
/** What must be a number in the query of a list. */
const INTEGERS = ["limit", "timeoutSeconds"] as const;
/** Verbs that stand in the path; /watch/ is deprecated and still served. */
const PATH_VERBS: ReadonlySet<string> = new Set(["proxy", "watch"]);

/**
 * Reads method and target. What is no resource path is a non-resource request. Undefined: the percent escapes of the
 * path do not decode, and the caller answers 400.
 */
export function requestInfo(method: string, target: string): RequestInfo | undefined {
  const cut = target.indexOf("?");
  const path = decodePath(cut < 0 ? target : target.slice(0, cut));
  if (path === undefined) return undefined;
  const query = queryOf(target);
  const segments = trimSlashes(path).split("/");
  const apiPrefix = segments[0] as string;
  const head = apiPrefix === "api" ? 1 : apiPrefix === "apis" ? 2 : 0;
  if (head === 0 || segments.length < head + 2) return otherInfo(method, path, query);
  const apiGroup = head === 2 ? (segments[1] as string) : "";
  const apiVersion = segments[head] as string;
  let parts = segments.slice(head + 1);

  let verb = VERBS[method] ?? "";
  const inPath = PATH_VERBS.has(parts[0] as string);
  if (inPath) {
    if (parts.length < 2) return { ...otherInfo(method, path, query), fault: `unable to determine kind and namespace from url, ${target}` };
    verb = parts[0] as string;
    parts = parts.slice(1);
  }
  let namespace = "";
  if (parts[0] === "namespaces" && parts.length > 1) {
    namespace = parts[1] as string;
    if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] as string)) parts = parts.slice(2);
  }
  const labelSelector = inPath ? "" : (query.get("labelSelector") ?? "");
  const fieldSelector = inPath ? "" : (query.get("fieldSelector") ?? "");
  let name = parts[1] ?? "";
  if (name === "") {
    if (verb === "delete") verb = "deletecollection";
    if (verb === "get") {
      verb = isTrue(query.get("watch")) ? "watch" : "list";
      if (fieldSelector !== "") name = selectedName(fieldSelector, labelSelector, query);
    }
  }
  return {
    path,
    query,
    isResourceRequest: true,
    verb,
    apiPrefix,
    apiGroup,
    apiVersion,
    namespace,
    resource: parts[0] ?? "",
    // What follows the name of what is reached through a proxy is the proxy's.
    subresource: verb === "proxy" ? "" : (parts[2] ?? ""),
    name,
    parts,
    labelSelector,
    fieldSelector,
  };
}

/** What is no resource request, whatever else it may be. */
function otherInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  return {
    path,
    query,
    isResourceRequest: false,
    verb: method.toLowerCase(),
    apiPrefix: "",
    apiGroup: "",
    apiVersion: "",
    namespace: "",
    resource: "",
    subresource: "",
    name: "",
    parts: [],
    labelSelector: "",
    fieldSelector: "",
  };
}

/** A boolean query value as the original reads it: present, and neither "false", in whatever case, nor "0". */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== "0" && value.toLowerCase() !== "false";
}

function trimSlashes(path: string): string {
  let start = 0;
  let end = path.length;
  while (start < end && path[start] === "/") start++;
  while (end > start && path[end - 1] === "/") end--;
  return path.slice(start, end);
}

function decodePath(raw: string): string | undefined {
  if (!raw.includes("%")) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}

/**
 * `metadata.name=x` in a field selector names the object: authorization by resourceNames counts it. "" where it does not,
 * and where something of the query does not parse, which is refused later.
 */
function selectedName(fieldSelector: string, labelSelector: string, query: URLSearchParams): string {
  if (INTEGERS.some((option) => !/^[+-]?\d+$/.test(query.get(option) ?? "0"))) return "";
  try {
    if (labelSelector !== "") parseLabelSelector(labelSelector);
    const found = parseFieldSelector(fieldSelector).requirements.find(
      ({ field, operator }) => field === "metadata.name" && operator === "=",
    );
    return found === undefined || pathSegmentName(found.value).length > 0 ? "" : found.value;
  } catch (error) {
    if (error instanceof SelectorError) return "";
    throw error;
  }
}
