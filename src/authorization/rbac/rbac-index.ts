import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";
import type { UserInfo } from "../../request/context.ts";
import { compileRule, policyRule, type CompiledRule } from "./policy-rule.ts";

/** The four kinds that the index is made of. */
export type RbacKind = "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding";

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
}

/** Subject key → grants, in the order in which the bindings came. */
type Grants = Map<string, Set<Grant>>;

/**
 * Who is bound to what, found by user and group: the cost of a decision is that of the grants which concern the user,
 * however many others there are. Roles are compiled once, when they change.
 */
export class RbacIndex {
  readonly #clusterRoles = new Map<string, readonly CompiledRule[]>();
  readonly #roles = new Map<string, readonly CompiledRule[]>();
  /** Grants of ClusterRoleBindings. */
  readonly #everywhere: Grants = new Map();
  /** Grants of RoleBindings, by namespace. */
  readonly #inNamespace = new Map<string, Grants>();

  /** Forgets every object of a kind. */
  clear(kind: RbacKind): void {
    if (kind === "Role") this.#roles.clear();
    if (kind === "ClusterRole") this.#clusterRoles.clear();
    if (kind === "RoleBinding") this.#inNamespace.clear();
    if (kind === "ClusterRoleBinding") this.#everywhere.clear();
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
  visit(user: UserInfo, namespace: string, visitor: (grant: Grant, rules: readonly CompiledRule[] | undefined) => boolean): void {
    const bound = namespace === "" ? undefined : this.#inNamespace.get(namespace);
    for (const grants of [this.#everywhere, bound]) {
      if (grants === undefined || grants.size === 0) continue;
      for (const key of subjectKeys(user)) {
        for (const grant of grants.get(key) ?? []) if (!visitor(grant, this.rulesOf(grant.roleRef, grant.bindingNamespace))) return;
      }
    }
  }

  /** The rules of a role that a binding of a namespace refers to; undefined where it does not exist. */
  rulesOf({ kind, name }: RoleRef, namespace: string): readonly CompiledRule[] | undefined {
    return kind === "ClusterRole" ? this.#clusterRoles.get(name) : this.#roles.get(`${namespace}/${name}`);
  }

  #bind(binding: KubeObject): void {
    const { name = "", namespace = "" } = binding.metadata;
    const grants = this.#grantsOf(namespace);
    const ref = objectIn(binding, "roleRef");
    const roleRef = { kind: stringIn(ref, "kind"), name: stringIn(ref, "name") };
    for (const one of objectsIn(binding, "subjects")) {
      const subject = { kind: stringIn(one, "kind"), name: stringIn(one, "name"), namespace: stringIn(one, "namespace") };
      const key = keyOfSubject(subject, namespace);
      if (key === undefined) continue;
      let set = grants.get(key);
      if (set === undefined) grants.set(key, (set = new Set()));
      set.add({ bindingName: name, bindingNamespace: namespace, roleRef, subject });
    }
  }

  #unbind(binding: KubeObject): void {
    const { name = "", namespace = "" } = binding.metadata;
    const grants = this.#grantsOf(namespace);
    for (const one of objectsIn(binding, "subjects")) {
      const subject = { kind: stringIn(one, "kind"), name: stringIn(one, "name"), namespace: stringIn(one, "namespace") };
      const key = keyOfSubject(subject, namespace);
      const set = key === undefined ? undefined : grants.get(key);
      if (key === undefined || set === undefined) continue;
      for (const grant of set) if (grant.bindingName === name) set.delete(grant);
      if (set.size === 0) grants.delete(key);
    }
    if (namespace !== "" && grants.size === 0) this.#inNamespace.delete(namespace);
  }

  #grantsOf(namespace: string): Grants {
    if (namespace === "") return this.#everywhere;
    let grants = this.#inNamespace.get(namespace);
    if (grants === undefined) this.#inNamespace.set(namespace, (grants = new Map()));
    return grants;
  }
}

function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace === undefined ? (metadata.name ?? "") : `${metadata.namespace}/${metadata.name ?? ""}`;
}

/** A service account is the user that its tokens name; one without a namespace is of the binding's. */
function keyOfSubject({ kind, name, namespace }: Subject, bindingNamespace: string): string | undefined {
  if (kind === "User") return `u:${name}`;
  if (kind === "Group") return `g:${name}`;
  const home = namespace || bindingNamespace;
  return kind === "ServiceAccount" && home !== "" ? `u:system:serviceaccount:${home}:${name}` : undefined;
}

function* subjectKeys({ name, groups }: UserInfo): Iterable<string> {
  yield `u:${name}`;
  for (const group of groups) yield `g:${group}`;
}
