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
  readonly labelSelector: string;
  readonly fieldSelector: string;
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
  const query = new URLSearchParams(cut < 0 ? "" : target.slice(cut + 1));
  const segments = trimSlashes(path).split("/");
  const apiPrefix = segments[0] as string;
  const head = apiPrefix === "api" ? 1 : apiPrefix === "apis" ? 2 : 0;
  if (head === 0 || segments.length < head + 2) return otherInfo(method, path, query);
  const apiGroup = head === 2 ? (segments[1] as string) : "";
  const apiVersion = segments[head] as string;
  let parts = segments.slice(head + 1);

  let verb = VERBS[method] ?? "";
  if (PATH_VERBS.has(parts[0] as string)) {
    if (parts.length < 2) return otherInfo(method, path, query);
    verb = parts[0] as string;
    parts = parts.slice(1);
  }
  let namespace = "";
  if (parts[0] === "namespaces" && parts.length > 1) {
    namespace = parts[1] as string;
    if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] as string)) parts = parts.slice(2);
  }
  const labelSelector = query.get("labelSelector") ?? "";
  const fieldSelector = query.get("fieldSelector") ?? "";
  let name = parts[1] ?? "";
  if (name === "") {
    if (verb === "delete") verb = "deletecollection";
    if (verb === "get") verb = isTrue(query.get("watch")) ? "watch" : "list";
    if (verb === "list" || verb === "watch") name = nameFromFieldSelector(fieldSelector);
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
    subresource: parts[2] ?? "",
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

/** `metadata.name=x` in a field selector names the object: authorization by resourceNames counts it. */
function nameFromFieldSelector(selector: string): string {
  for (const term of selector.split(",")) {
    const match = /^metadata\.name==?([^=/%]+)$/.exec(term);
    if (match) return match[1] as string;
  }
  return "";
}
