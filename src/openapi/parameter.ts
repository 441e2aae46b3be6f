/** A parameter of a path or an operation, in the form of OpenAPI v3. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly description: string;
  readonly required?: true;
  readonly schema: { readonly type: "string" | "integer" | "boolean"; readonly uniqueItems: true };
}

function query(name: string, type: Parameter["schema"]["type"], description: string): Parameter {
  return { name, in: "query", description, schema: { type, uniqueItems: true } };
}

function inPath(name: string, description: string): Parameter {
  return { name, in: "path", description, required: true, schema: { type: "string", uniqueItems: true } };
}

/** In paths of namespaced resources. */
export const NAMESPACE = inPath("namespace", "The namespace of the object.");
/** Of paths whose answers are JSON. */
export const PRETTY = query("pretty", "string", "Whether JSON is indented. Without it, it is for browsers, curl and wget.");
/** In paths of proxies. */
export const SUBPATH = inPath("path", "The path that the request is sent on to.");

/** The name in a path to one object. */
export function nameOf(kind: string): Parameter {
  return inPath("name", `The name of the ${kind}.`);
}

const LABEL_SELECTOR = query("labelSelector", "string", "Only objects whose labels match.");
const FIELD_SELECTOR = query("fieldSelector", "string", "Only objects whose fields match.");
const DRY_RUN = query("dryRun", "string", "Go through all stages and store nothing. The one valid value is All.");
const MANAGER_TEXT = "A name for the actor that owns the fields written here: at most 128 printable characters.";
const VALIDATION = query(
  "fieldValidation",
  "string",
  "What becomes of unknown and duplicate fields: Ignore, Warn (the default) or Strict.",
);

const SELECTION: readonly Parameter[] = [
  query("continue", "string", "The token of the page before, to get the next one with otherwise the same query."),
  FIELD_SELECTOR,
  LABEL_SELECTOR,
  query("limit", "integer", "The most objects to answer; where there are more, metadata.continue is set."),
  query("resourceVersion", "string", "How new the answer must be, or where a watch starts."),
  query("resourceVersionMatch", "string", "How resourceVersion is meant: Exact or NotOlderThan."),
  query("sendInitialEvents", "boolean", "With a watch: begin with the current state as events, then a bookmark that says so."),
  query("shardSelector", "string", "Alpha: only objects of a hash range. It needs a feature gate that is off."),
  query("timeoutSeconds", "integer", "Seconds after which a list or watch is ended."),
];

/** Parameters of each action, beside those of the path. */
export const ACTION_PARAMETERS = {
  list: [
    query("allowWatchBookmarks", "boolean", "With a watch: send bookmarks, events that carry nothing but a resourceVersion."),
    ...SELECTION,
    query("watch", "boolean", "Stream changes of the objects instead of listing them."),
  ],
  create: [DRY_RUN, query("fieldManager", "string", MANAGER_TEXT), VALIDATION],
  update: [DRY_RUN, query("fieldManager", "string", MANAGER_TEXT), VALIDATION],
  patch: [
    DRY_RUN,
    query("fieldManager", "string", `${MANAGER_TEXT} An apply patch must give it.`),
    VALIDATION,
    query("force", "boolean", "With an apply patch: take over fields that other managers own."),
  ],
  delete: [
    DRY_RUN,
    query("gracePeriodSeconds", "integer", "Seconds before the object goes; 0 means at once."),
    query(
      "ignoreStoreReadErrorWithClusterBreakingPotential",
      "boolean",
      "Remove an object that can no longer be read from the store, without regard to finalizers and preconditions.",
    ),
    query("orphanDependents", "boolean", "Deprecated, see propagationPolicy: whether dependents stay."),
    query("propagationPolicy", "string", "What becomes of dependents: Orphan, Background or Foreground."),
  ],
} as const satisfies Readonly<Record<string, readonly Parameter[]>>;

/** Parameters of deletecollection: which objects, and how they go. */
export const DELETE_COLLECTION_PARAMETERS: readonly Parameter[] = [...SELECTION, ...ACTION_PARAMETERS.delete];

const STDIO: readonly Parameter[] = [
  query("stderr", "boolean", "Send standard error."),
  query("stdin", "boolean", "Take standard input."),
  query("stdout", "boolean", "Send standard output."),
  query("tty", "boolean", "Give the process a terminal."),
];
const CONTAINER = query("container", "string", "The container; may be left out where there is one alone.");
const PROXY: readonly Parameter[] = [query("path", "string", "The path of the request to the target.")];

/** Parameters of streams and proxies, by the kind of their options (logs: by the subresource). */
export const STREAM_PARAMETERS: ReadonlyMap<string, readonly Parameter[]> = new Map([
  ["PodAttachOptions", [CONTAINER, ...STDIO]],
  ["PodExecOptions", [query("command", "string", "The program and its arguments, no shell; given once for each."), CONTAINER, ...STDIO]],
  ["PodPortForwardOptions", [query("ports", "integer", "Ports to forward, for clients by WebSocket.")]],
  ["PodProxyOptions", PROXY],
  ["ServiceProxyOptions", PROXY],
  ["NodeProxyOptions", PROXY],
  [
    "log",
    [
      CONTAINER,
      query("follow", "boolean", "Stay and send what is logged from now on."),
      query("insecureSkipTLSVerifyBackend", "boolean", "Do not verify the certificate of the kubelet."),
      query("limitBytes", "integer", "The most bytes to send."),
      PRETTY,
      query("previous", "boolean", "The log of the container that ran before."),
      query("sinceSeconds", "integer", "Only lines of the last so many seconds."),
      query("stream", "string", "Which stream: All, Stdout or Stderr."),
      query("tailLines", "integer", "Only so many lines from the end."),
      query("timestamps", "boolean", "Begin each line with its time."),
    ],
  ],
]);
