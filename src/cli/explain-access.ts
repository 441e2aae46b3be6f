import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { ALL_AUTHENTICATED, ALL_UNAUTHENTICATED, ANONYMOUS } from "../authentication/authenticator.ts";
import { accountGroups } from "../authentication/service-account/account-name.ts";
import type { AuthorizationAttributes } from "../authorization/authorizer.ts";
import { PRIVILEGED_GROUP } from "../authorization/privileged.ts";
import { explainAccess as explain } from "../authorization/rbac/explain.ts";
import { RbacIndex, type RbacKind } from "../authorization/rbac/rbac-index.ts";
import { parseJson } from "../codec/json-text.ts";
import { readSurroundings } from "../config/surroundings.ts";
import { UsageError } from "../config/usage-error.ts";
import { isObject, type JsonObject, type ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { booleanIn, objectIn, objectsIn, stringIn } from "../object/read.ts";
import { StartupError } from "../object/startup-error.ts";
import { errorText } from "../object/error-text.ts";
import { readKubeconfig, type WebhookTarget } from "../webhook/kubeconfig.ts";
import type { Terminal } from "./command.ts";

const USAGE =
  "explain-access --as USER [--as-group GROUP]… [--namespace NS] [--kubeconfig FILE] VERB RESOURCE[.GROUP][/SUBRESOURCE] [NAME]";
const SOURCES: Readonly<Record<RbacKind, string>> = {
  Role: "roles",
  ClusterRole: "clusterroles",
  RoleBinding: "rolebindings",
  ClusterRoleBinding: "clusterrolebindings",
};
const SERVICE_ACCOUNT = "system:serviceaccount:";

/**
 * `binnacle explain-access`: asks a running server whether a user may do something, and says which rule of which binding
 * allows it, or which come nearest and what they lack. The kubeconfig's user reads roles and bindings, so it is an
 * administrator's. Exit code 0: allowed, 1: not. Errors: UsageError; StartupError where the server cannot be asked.
 */
export async function explainAccess(args: readonly string[], terminal: Terminal): Promise<number> {
  const { asked, kubeconfig } = readQuestion(args);
  const target = readTarget(kubeconfig ?? defaultKubeconfig(terminal));
  const review = await call(target, "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", reviewOf(asked));
  const status = objectIn(review, "status");
  const index = new RbacIndex();
  for (const [kind, plural] of Object.entries(SOURCES) as [RbacKind, string][]) {
    const list = await call(target, "GET", `/apis/rbac.authorization.k8s.io/v1/${plural}`);
    for (const item of objectsIn(list, "items")) index.change(kind, item as KubeObject, undefined);
  }
  const allowed = booleanIn(status, "allowed");
  const why = [stringIn(status, "reason"), stringIn(status, "evaluationError")].filter((text) => text !== "").join("; ");
  terminal.stdout.write(`${allowed ? "allowed" : "not allowed"}${why === "" ? "" : `: ${why}`}\n`);
  if (asked.user.groups.includes(PRIVILEGED_GROUP)) terminal.stdout.write(`  members of ${PRIVILEGED_GROUP} may do everything\n`);
  for (const line of explain(index, asked).lines) terminal.stdout.write(`  ${line}\n`);
  return allowed ? 0 : 1;
}

/** Reads the command line. Errors: UsageError. */
function readQuestion(args: readonly string[]): { readonly asked: AuthorizationAttributes; readonly kubeconfig: string | undefined } {
  const values = new Map<string, string[]>();
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith("-")) {
      words.push(arg);
      continue;
    }
    const [flag = "", inline] = arg.replace(/^-n(?==|$)/, "--namespace").split(/=(.*)/s, 2);
    if (!["--as", "--as-group", "--namespace", "--kubeconfig"].includes(flag))
      throw new UsageError(`unknown flag ${flag}; usage: ${USAGE}`);
    const value = inline ?? args[++i];
    if (value === undefined) throw new UsageError(`${flag} needs a value; usage: ${USAGE}`);
    values.set(flag, [...(values.get(flag) ?? []), value]);
  }
  const [verb, what, name = "", ...more] = words;
  const user = values.get("--as")?.at(-1);
  if (user === undefined || verb === undefined || what === undefined || more.length > 0) throw new UsageError(`usage: ${USAGE}`);
  const isResourceRequest = !what.startsWith("/");
  const [resourceAndGroup = "", subresource = ""] = isResourceRequest ? what.split("/", 2) : [];
  const [resource = "", apiGroup = ""] = resourceAndGroup.split(/\.(.*)/s, 2);
  return {
    kubeconfig: values.get("--kubeconfig")?.at(-1),
    asked: {
      user: { name: user, groups: groupsOf(user, values.get("--as-group") ?? []) },
      verb,
      isResourceRequest,
      path: isResourceRequest ? "" : what,
      namespace: values.get("--namespace")?.at(-1) ?? "",
      apiGroup,
      apiVersion: "*",
      resource,
      subresource,
      name,
    },
  };
}

/** The groups that authentication would add. */
function groupsOf(user: string, named: readonly string[]): string[] {
  if (user === ANONYMOUS.name) return [...named, ALL_UNAUTHENTICATED];
  const account = user.startsWith(SERVICE_ACCOUNT) ? user.slice(SERVICE_ACCOUNT.length).split(":") : [];
  const own = account.length === 2 ? accountGroups(account[0] ?? "") : [];
  return [...new Set([...named, ...own, ALL_AUTHENTICATED])];
}

function reviewOf(asked: AuthorizationAttributes): JsonObject {
  const { user, verb, namespace, apiGroup: group, resource, subresource, name, path } = asked;
  const attributes: JsonObject = asked.isResourceRequest
    ? { resourceAttributes: { verb, namespace, group, resource, subresource, name } }
    : { nonResourceAttributes: { path, verb } };
  return {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    spec: { user: user.name, groups: [...user.groups], ...attributes },
  };
}

function defaultKubeconfig({ env }: Terminal): string {
  const [first] = (env["KUBECONFIG"] ?? "").split(":").filter((path) => path !== "");
  return first ?? join(readSurroundings(env["XDG_STATE_HOME"]).stateDirectory, "binnacle", "admin.kubeconfig");
}

function readTarget(path: string): WebhookTarget {
  const advice = "name an administrator's kubeconfig with --kubeconfig";
  try {
    return readKubeconfig(readFileSync(path, "utf8"), path, (file) => readFileSync(file, "utf8"));
  } catch (error) {
    const problem = errorText(error);
    throw new StartupError(`the kubeconfig ${path}: ${problem}`, advice, error);
  }
}

/** One request to the server. Errors: StartupError with what the server said. */
async function call(target: WebhookTarget, method: string, path: string, body?: JsonObject): Promise<ReadonlyJsonObject> {
  const { url, ca, cert, key, authorization, serverName, insecure } = target;
  const { status, text } = await new Promise<{ status: number; text: string }>((done, fail) => {
    const sent = request(new URL(path, url), {
      method,
      headers: {
        "content-type": "application/json",
        "accept": "application/json",
        ...(authorization === undefined ? {} : { authorization }),
      },
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
      rejectUnauthorized: !insecure,
    });
    sent.on("error", (error) => fail(new StartupError(`${url} cannot be asked: ${error.message}`, "see that the server runs", error)));
    sent.on("response", (response) => {
      let received = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => (received += piece));
      response.on("end", () => done({ status: response.statusCode ?? 0, text: received }));
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
  const value = text.startsWith("{") ? parseJson(text).value : {};
  const answer = isObject(value) ? value : {};
  if (status < 200 || status > 299)
    throw new StartupError(
      `${method} ${path}: ${status} ${stringIn(answer, "message") || text.trim()}`,
      "use an administrator's kubeconfig",
    );
  return answer;
}
