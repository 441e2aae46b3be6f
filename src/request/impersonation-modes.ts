import { ALL_AUTHENTICATED, ALL_UNAUTHENTICATED, ANONYMOUS } from "../authentication/authenticator.ts";
import { accountGroups, accountOfUserName, isAccountAtNode } from "../authentication/service-account/account-name.ts";
import { resourceQuestion, type AuthorizationAttributes, type Authorizer } from "../authorization/authorizer.ts";
import { refusal } from "../authorization/forbidden.ts";
import { NODE_USER_PREFIX, NODES_GROUP } from "../authorization/node/identity.ts";
import { PRIVILEGED_GROUP } from "../authorization/privileged.ts";
import type { FieldError } from "../object/field-error.ts";
import { fieldErrorsText } from "../object/field-error-message.ts";
import { dnsSubdomain } from "../object/names.ts";
import { quoteText } from "../object/quote.ts";
import type { StatusError } from "../object/status.ts";
import { domainPath } from "../validation/domain-path.ts";
import { FieldPath } from "../object/field-path.ts";
import type { UserInfo } from "./context.ts";
import { EarlyRefusal } from "./fault-answer.ts";

/** One way of acting as somebody else, with its own permissions (KEP-5284). */
interface ImpersonationMode {
  /** The part of its verbs that names it: impersonate:NAME, impersonate-on:NAME:VERB. "": the plain verb impersonate. */
  readonly name: string;
  /** Whether it is for such a wish. */
  readonly fits: (wanted: UserInfo, requestor: UserInfo) => boolean;
  /** What authorizers are asked in place of the given attributes. */
  readonly asks?: (attributes: AuthorizationAttributes) => AuthorizationAttributes;
}

/** All modes, the narrowest first. */
export const IMPERSONATION_MODES: readonly ImpersonationMode[] = [
  {
    name: "associated-node",
    fits: (wanted, requestor) => {
      const node = onlyNamed(wanted) ? nodeOfUserName(wanted.name) : undefined;
      return node !== undefined && isAccountAtNode(requestor, node);
    },
    // Which node it is has been seen to: the permission is for whichever node an account's pod runs on.
    asks: (attributes) => ({
      ...attributes,
      name: attributes.verb === "impersonate:associated-node" ? "*" : attributes.name,
      user: {
        ...attributes.user,
        extra: new Map([["authentication.kubernetes.io/associated-node-keys", [...(attributes.user.extra?.keys() ?? [])].sort()]]),
      },
    }),
  },
  { name: "arbitrary-node", fits: (wanted) => onlyNamed(wanted) && nodeOfUserName(wanted.name) !== undefined },
  { name: "serviceaccount", fits: (wanted) => onlyNamed(wanted) && accountOfUserName(wanted.name) !== undefined },
  { name: "user-info", fits: ({ name }) => nodeOfUserName(name) === undefined && accountOfUserName(name) === undefined },
  { name: "", fits: () => true },
];

/** From so many values on, one question for all of them is tried first. */
const MANY = 4;
const AUTHENTICATION = "authentication.k8s.io";

/**
 * Tries one mode: may the requestor do what `attributes` say while being somebody else, and be that somebody. Gives who
 * they are then; undefined where the mode is not for such a wish. Errors: StatusError 403 naming the first permission
 * that lacks.
 */
export async function tryMode(
  mode: ImpersonationMode,
  authorize: Authorizer,
  wanted: UserInfo,
  attributes: AuthorizationAttributes,
): Promise<UserInfo | undefined> {
  const requestor = attributes.user;
  if (!mode.fits(wanted, requestor)) return undefined;
  const require = async (given: AuthorizationAttributes): Promise<void> => {
    const asked = mode.asks?.(given) ?? given;
    const { decision, reason } = await authorize(asked);
    if (decision !== "allow") throw forbid(asked, reason);
  };
  const constrained = mode.name !== "";
  if (constrained) await require({ ...attributes, verb: `impersonate-on:${mode.name}:${attributes.verb}` });

  const about = (resource: string, name: string, more: Partial<AuthorizationAttributes> = {}): AuthorizationAttributes => ({
    ...resourceQuestion({
      user: requestor,
      verb: constrained ? `impersonate:${mode.name}` : "impersonate",
      apiGroup: AUTHENTICATION,
      apiVersion: "v1",
      resource,
      name,
    }),
    ...more,
  });
  // Plain impersonation is older than the group of authentication: users and groups are of none there.
  const named = constrained ? {} : { apiGroup: "" };
  const account = accountOfUserName(wanted.name);
  const node = constrained ? nodeOfUserName(wanted.name) : undefined;
  let groups = wanted.groups;
  if (node !== undefined) groups = [NODES_GROUP];
  else if (account !== undefined && groups.length === 0) groups = accountGroups(account.namespace);

  if (node !== undefined) await require(about("nodes", node, named));
  else if (account !== undefined) await require(about("serviceaccounts", account.name, { ...named, namespace: account.namespace }));
  else await require(about("users", wanted.name, named));
  if (wanted.uid !== undefined) await require(about("uids", wanted.uid));
  await requireGroups(wanted.groups, constrained, (name) => about("groups", name, named), require);
  await requireExtra(wanted.extra ?? new Map(), constrained, (subresource, name) => about("userextras", name, { subresource }), require);
  return { ...wanted, groups: withBasicGroup(wanted.name, groups) };
}

type Require = (attributes: AuthorizationAttributes) => Promise<void>;

async function requireGroups(
  groups: readonly string[],
  constrained: boolean,
  about: (name: string) => AuthorizationAttributes,
  require: Require,
): Promise<void> {
  if (constrained) {
    if (groups.includes("")) throw forbid(about(""), "impersonating the empty string group is not allowed");
    if (groups.includes(PRIVILEGED_GROUP))
      throw forbid(about(PRIVILEGED_GROUP), `impersonating the ${PRIVILEGED_GROUP} group is not allowed`);
    if (groups.length >= MANY && (await isGranted(require, about("*")))) return;
  }
  for (const group of groups) await require(about(group));
}

async function requireExtra(
  extra: ReadonlyMap<string, readonly string[]>,
  constrained: boolean,
  about: (key: string, value: string) => AuthorizationAttributes,
  require: Require,
): Promise<void> {
  if (constrained && extra.size > 0) {
    const fault = extraFault(extra);
    if (fault !== undefined) throw forbid(about("", ""), fault);
    const values = [...extra.values()].reduce((count, list) => count + list.length, 0);
    if ((extra.size >= MANY || values >= MANY) && (await isGranted(require, about("*", "*")))) return;
  }
  for (const [key, values] of extra) for (const value of values) await require(about(key, value));
}

async function isGranted(require: Require, attributes: AuthorizationAttributes): Promise<boolean> {
  try {
    await require(attributes);
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with extra values for the constrained modes; undefined: nothing. */
function extraFault(extra: ReadonlyMap<string, readonly string[]>): string | undefined {
  for (const [key, values] of extra) {
    if (key === "") return "impersonating the empty string key in extra is not allowed";
    const faults: FieldError[] = [];
    domainPath(key, FieldPath.root.child("extra", "key"), faults, undefined);
    if (faults.length > 0) return `impersonating an invalid key in extra is not allowed: ${fieldErrorsText(faults)}`;
    if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${quoteText(key)}`;
    if (values.length === 0) return "impersonating empty values in extra is not allowed";
    if (values.includes("")) return "impersonating the empty string value in extra is not allowed";
  }
  return undefined;
}

function forbid(attributes: AuthorizationAttributes, reason: string): StatusError {
  return new EarlyRefusal(refusal(attributes, reason).status);
}

function withBasicGroup(name: string, groups: readonly string[]): readonly string[] {
  const group = name === ANONYMOUS.name ? ALL_UNAUTHENTICATED : ALL_AUTHENTICATED;
  return groups.includes(group) || groups.includes(ALL_UNAUTHENTICATED) ? groups : [...groups, group];
}

function onlyNamed({ uid, groups, extra }: UserInfo): boolean {
  return uid === undefined && groups.length === 0 && extra === undefined;
}

function nodeOfUserName(name: string): string | undefined {
  const node = name.startsWith(NODE_USER_PREFIX) ? name.slice(NODE_USER_PREFIX.length) : "";
  return node !== "" && dnsSubdomain(node).length === 0 ? node : undefined;
}
