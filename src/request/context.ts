import type { ApiRequest } from "./exchange.ts";
import type { RequestInfo } from "./info.ts";

/** Who asks: what authentication found. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: ReadonlyMap<string, readonly string[]>;
}

/** A request on its way through the chain: what is asked, by whom, and what the stages noted. */
export interface RequestContext {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  /** Milliseconds since the epoch when the request came. */
  readonly receivedAt: number;
  /** Set by authentication; stages after it may rely on it. */
  user: UserInfo;
  /** Set where somebody acts as `user`: who that is, and the verb that lets them, "" for plain impersonation. */
  impersonation?: { readonly by: UserInfo; readonly constraint: string };
  /** Texts for Warning headers, in order, without repeats. */
  readonly warnings: string[];
  /** What stages want said in the audit event. */
  readonly annotations: Map<string, string>;
}
