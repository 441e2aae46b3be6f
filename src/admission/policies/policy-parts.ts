import type { Authorizer } from "../../authorization/authorizer.ts";
import type { Registry } from "../../registry/registry.ts";
import type { ClusterView } from "../cluster-view.ts";

/** What plugins that apply policies are made from. */
export interface PolicyParts {
  readonly view: ClusterView;
  readonly registry: () => Registry;
  readonly authorize: Authorizer;
}
