import type { RandomBytes } from "../object/names-generator.ts";
import type { Authorizer } from "../authorization/authorizer.ts";
import type { AdmissionPlugin } from "./admission.ts";
import type { Registry } from "../registry/registry.ts";
import type { ClusterView } from "./cluster-view.ts";
import { validatingAdmissionPolicy } from "./policies/validating-admission-policy.ts";
import { defaultClasses } from "./plugins/default-class.ts";
import { defaultTolerationSeconds } from "./plugins/default-toleration-seconds.ts";
import { nodeRestriction } from "./plugins/node-restriction.ts";
import { namespaceLifecycle } from "./plugins/namespace-lifecycle.ts";
import { priority } from "./plugins/priority.ts";
import { serviceAccount } from "./plugins/service-account.ts";
import { storageObjectInUseProtection } from "./plugins/storage-object-in-use-protection.ts";
import { taintNodesByCondition } from "./plugins/taint-nodes-by-condition.ts";

/** What plugins are made from. */
export interface PluginParts {
  readonly view: ClusterView;
  readonly random: RandomBytes;
  /** For plugins that ask whether the writer may do something besides. */
  readonly authorize: Authorizer;
  /** The registry that they guard, once requests come: for plugins that follow resources or convert objects. */
  readonly registry: () => Registry;
}

/** All plugins that there are, in the order in which a write meets them (the original's); which are on is the config's. */
export function allPlugins(parts: PluginParts): readonly AdmissionPlugin[] {
  const { view, random, authorize } = parts;
  return [
    namespaceLifecycle(view),
    serviceAccount(view, random),
    nodeRestriction(view, authorize),
    taintNodesByCondition,
    priority(view),
    defaultTolerationSeconds,
    ...defaultClasses(view).filter(({ name }) => name === "DefaultStorageClass"),
    storageObjectInUseProtection,
    ...defaultClasses(view).filter(({ name }) => name === "DefaultIngressClass"),
    validatingAdmissionPolicy(parts),
  ];
}
