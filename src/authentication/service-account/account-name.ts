import type { UserInfo } from "../../request/context.ts";
import { CREDENTIAL_ID } from "../authenticator.ts";
import { dnsLabel, dnsSubdomain } from "../../object/names.ts";

const PREFIX = "system:serviceaccount:";
const ALL_ACCOUNTS = "system:serviceaccounts";

/** Key of a service account's `extra` that names the pod which its token is bound to. */
const POD_NAME = "authentication.kubernetes.io/pod-name";
const POD_UID = "authentication.kubernetes.io/pod-uid";

/** Key of the name of the node. */
const NODE_NAME = "authentication.kubernetes.io/node-name";
const NODE_UID = "authentication.kubernetes.io/node-uid";

/** A service account by where it lies. */
interface AccountName {
  readonly namespace: string;
  readonly name: string;
}

/** The name of the user that a service account is. */
export function accountUserName({ namespace, name }: AccountName): string {
  return `${PREFIX}${namespace}:${name}`;
}

/** The groups that every service account of a namespace belongs to. */
export function accountGroups(namespace: string): string[] {
  return [ALL_ACCOUNTS, `${ALL_ACCOUNTS}:${namespace}`];
}

/** The service account that a user name stands for; undefined where it stands for none. */
export function accountOfUserName(userName: string): AccountName | undefined {
  if (!userName.startsWith(PREFIX)) return undefined;
  const parts = userName.slice(PREFIX.length).split(":");
  const [namespace = "", name = ""] = parts;
  if (parts.length !== 2 || dnsLabel(namespace).length > 0 || dnsSubdomain(name).length > 0) return undefined;
  return { namespace, name };
}

/** Whether a user is a service account whose token is bound to a node, and to no other. */
export function isAccountAtNode({ name, extra }: UserInfo, node: string): boolean {
  const nodes = extra?.get(NODE_NAME) ?? [];
  return node !== "" && nodes.length === 1 && nodes[0] === node && accountOfUserName(name) !== undefined;
}

/** What a token says of its account and of what it is bound to. */
export interface AccountIdentity extends AccountName {
  readonly uid: string;
  /** jti of the token; undefined for one that has none. */
  readonly tokenId?: string | undefined;
  readonly pod?: { readonly name: string; readonly uid: string } | undefined;
  readonly node?: { readonly name: string; readonly uid?: string | undefined } | undefined;
}

/** The user that a service account's token proves. */
export function accountUser(identity: AccountIdentity): UserInfo {
  const extra = new Map<string, readonly string[]>();
  const { pod, node, tokenId } = identity;
  if (pod !== undefined && pod.name !== "" && pod.uid !== "") extra.set(POD_NAME, [pod.name]).set(POD_UID, [pod.uid]);
  if (tokenId !== undefined && tokenId !== "") extra.set(CREDENTIAL_ID, [`JTI=${tokenId}`]);
  if (node !== undefined && node.name !== "") {
    extra.set(NODE_NAME, [node.name]);
    if (node.uid) extra.set(NODE_UID, [node.uid]);
  }
  return {
    name: accountUserName(identity),
    uid: identity.uid,
    groups: accountGroups(identity.namespace),
    ...(extra.size === 0 ? {} : { extra }),
  };
}
