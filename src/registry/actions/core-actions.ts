import type { Action } from "../actions.ts";
import { bind } from "./binding.ts";
import { componentStatus } from "./component-status.ts";
import { evict } from "./eviction.ts";

/** The actions of the core group, by group/plural or group/plural/subresource. */
export const coreActions: readonly (readonly [string, Action])[] = [
  ["/bindings", bind],
  ["/componentstatuses", componentStatus],
  ["/pods/binding", bind],
  ["/pods/eviction", evict],
];
