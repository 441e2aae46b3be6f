import { accountUserName } from "../../authentication/service-account/account-name.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";
import type { UserInfo } from "../../request/context.ts";
import { compileRule, policyRule, type CompiledRule } from "./policy-rule.ts";

/** The four kinds that the index is made of. */
export type RbacKind = "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding";

/** The role of a binding, as the binding names it. */
export interface RoleRef {
  /** Role or ClusterRole. */
  readonly kind: string;
  readonly name: string;
}

/** A subject of a binding, as the binding names it. */
export interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** One subject of one binding. */
export interface Grant {
  readonly bindingName: string;
  /** "" for ClusterRoleBindings. */
  readonly bindingNamespace: string;
  readonly roleRef: RoleRef;
  readonly subject: Subject;
  /** Which binding of which role to whom, as reasons say it; written once, since it is said in every request's audit. */
  readonly text: string;
}

/** Grants by name of user and of group, in the order in which the bindings came. */
interface Grants {
  readonly users: Map<string, Set<Grant>>;
  readonly groups: Map<string, Set<Grant>>;
}

/** Told of a grant and its role's rules, undefined where there is no such role; false ends the visit. */
type Visitor = (grant: Grant, rules: readonly CompiledRule[] | undefined) => boolean;

/**
 * Who is bound to what, found by user and group: the cost of a decision is that of the grants which concern the user,
 * however many others there are. Roles are compiled once, when they change.
 */
export class RbacIndex {
  readonly #clusterRoles = new Map<string, readonly CompiledRule[]>();
  readonly #roles = new Map<string, readonly CompiledRule[]>();
  /** Grants of ClusterRoleBindings. */
  readonly #everywhere: Grants = { users: new Map(), groups: new Map() };
  /** Grants of RoleBindings, by namespace. */
  readonly #inNamespace = new Map<string, Grants>();

  /** Forgets every object of a kind. */
  clear(kind: RbacKind): void {
    if (kind === "Role") this.#roles.clear();
    if (kind === "ClusterRole") this.#clusterRoles.clear();
    if (kind === "RoleBinding") this.#inNamespace.clear();
    if (kind === "ClusterRoleBinding") {
      this.#everywhere.users.clear();
      this.#everywhere.groups.clear();
    }
  }

  /** Takes in a change: the object as it is now and as it was, undefined where it is not. */
  change(kind: RbacKind, current: KubeObject | undefined, previous: KubeObject | undefined): void {
    if (kind === "Role" || kind === "ClusterRole") {
      const roles = kind === "Role" ? this.#roles : this.#clusterRoles;
      if (previous !== undefined) roles.delete(keyOf(previous));
      if (current !== undefined)
        roles.set(
          keyOf(current),
          objectsIn(current, "rules").map((rule) => compileRule(policyRule(rule))),
        );
      return;
    }
    if (previous !== undefined) this.#unbind(previous);
    if (current !== undefined) this.#bind(current);
  }

  /**
   * Visits what is granted to a user in a namespace ("": cluster-wide grants only), until the visitor gives false. The
   * rules are undefined where the role does not exist.
   */
  visit(user: UserInfo, namespace: string, visitor: Visitor): void {
    if (!this.#visitIn(this.#everywhere, user, visitor)) return;
    const bound = namespace === "" ? undefined : this.#inNamespace.get(namespace);
    if (bound !== undefined) this.#visitIn(bound, user, visitor);
  }

  /** Visits what is granted to a user anywhere, cluster-wide grants first. */
  visitEverywhere(user: UserInfo, visitor: Visitor): void {
    if (!this.#visitIn(this.#everywhere, user, visitor)) return;
    for (const grants of this.#inNamespace.values()) if (!this.#visitIn(grants, user, visitor)) return;
  }

  #visitIn(grants: Grants, { name, groups }: UserInfo, visitor: Visitor): boolean {
    if (!this.#visitSet(grants.users.get(name), visitor)) return false;
    if (grants.groups.size === 0) return true;
    for (const group of groups) if (!this.#visitSet(grants.groups.get(group), visitor)) return false;
    return true;
  }

  #visitSet(grants: ReadonlySet<Grant> | undefined, visitor: Visitor): boolean {
    if (grants === undefined) return true;
    for (const grant of grants) if (!visitor(grant, this.rulesOf(grant.roleRef, grant.bindingNamespace))) return false;
    return true;
  }

  /** The rules of a role that a binding of a namespace refers to; undefined where it does not exist. */
  rulesOf({ kind, name }: RoleRef, namespace: string): readonly CompiledRule[] | undefined {
    return kind === "ClusterRole" ? this.#clusterRoles.get(name) : this.#roles.get(`${namespace}/${name}`);
  }

  #bind(binding: KubeObject): void {
    const { name = "", namespace = "" } = binding.metadata;
    const grants = this.#grantsOf(namespace);
    const roleRef = roleRefOf(binding);
    for (const { subject, map, key } of placesOf(binding, grants)) {
      let set = map.get(key);
      if (set === undefined) map.set(key, (set = new Set()));
      const grant = { bindingName: name, bindingNamespace: namespace, roleRef, subject };
      set.add({ ...grant, text: describeGrant(grant) });
    }
  }

  #unbind(binding: KubeObject): void {
    const { name = "", namespace = "" } = binding.metadata;
    const grants = this.#grantsOf(namespace);
    for (const { map, key } of placesOf(binding, grants)) {
      const set = map.get(key);
      if (set === undefined) continue;
      for (const grant of set) if (grant.bindingName === name) set.delete(grant);
      if (set.size === 0) map.delete(key);
    }
    if (namespace !== "" && grants.users.size === 0 && grants.groups.size === 0) this.#inNamespace.delete(namespace);
  }

  #grantsOf(namespace: string): Grants {
    if (namespace === "") return this.#everywhere;
    let grants = this.#inNamespace.get(namespace);
    if (grants === undefined) this.#inNamespace.set(namespace, (grants = { users: new Map(), groups: new Map() }));
    return grants;
  }
}

/** The role that a binding refers to. */
export function roleRefOf(binding: KubeObject): RoleRef {
  const ref = objectIn(binding, "roleRef");
  return { kind: stringIn(ref, "kind"), name: stringIn(ref, "name") };
}

function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace === undefined ? (metadata.name ?? "") : `${metadata.namespace}/${metadata.name ?? ""}`;
}

/** Where the subjects of a binding stand. A service account is the user that its tokens name; one without a namespace is of the binding's. */
function* placesOf(binding: KubeObject, { users, groups }: Grants) {
  for (const one of objectsIn(binding, "subjects")) {
    const subject: Subject = { kind: stringIn(one, "kind"), name: stringIn(one, "name"), namespace: stringIn(one, "namespace") };
    const home = subject.namespace || (binding.metadata.namespace ?? "");
    if (subject.kind === "User") yield { subject, map: users, key: subject.name };
    else if (subject.kind === "Group") yield { subject, map: groups, key: subject.name };
    else if (subject.kind === "ServiceAccount" && home !== "")
      yield { subject, map: users, key: accountUserName({ namespace: home, name: subject.name }) };
  }
}

/** Which binding of which role to whom. */
function describeGrant({ bindingName, bindingNamespace, roleRef, subject }: Omit<Grant, "text">): string {
  const isCluster = bindingNamespace === "";
  const binding = JSON.stringify(isCluster ? bindingName : `${bindingName}/${bindingNamespace}`);
  const isAccount = subject.kind === "ServiceAccount";
  const who = JSON.stringify(isAccount ? `${subject.name}/${subject.namespace || bindingNamespace}` : subject.name);
  return `${isCluster ? "ClusterRoleBinding" : "RoleBinding"} ${binding} of ${roleRef.kind} ${JSON.stringify(roleRef.name)} to ${subject.kind} ${who}`;
}
