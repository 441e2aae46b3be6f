import type { ReadonlyJsonObject } from "../object/json.ts";
import type { ApiRequest } from "./exchange.ts";
import type { RequestInfo } from "./info.ts";

/** Who asks: what authentication found. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: ReadonlyMap<string, readonly string[]>;
}

/** Told of what a request carries, by whoever reads it, for its audit event. */
export interface AuditNotes {
  /** The object that was sent, decoded and defaulted, before anything is done with it. */
  object(object: ReadonlyJsonObject): void;
  /** A patch as it was sent. */
  patch(text: string): void;
  /** The options that a delete came with. */
  deleteOptions(options: ReadonlyJsonObject): void;
}

/** A request on its way through the chain: what is asked, by whom, and what the stages noted. */
export interface RequestContext {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  /** Names the request in audit logs, here and at servers behind this one. */
  readonly auditId: string;
  /** Milliseconds since the epoch when the request came. */
  readonly receivedAt: number;
  /** When its answer is no longer waited for, in the same measure; undefined: it may last. */
  deadline?: number;
  /** Set by authentication; stages after it may rely on it. */
  user: UserInfo;
  /** Set where somebody acts as `user`: who that is, and the verb that lets them, "" for plain impersonation. */
  impersonation?: { readonly by: UserInfo; readonly constraint: string };
  /** Texts for Warning headers, in order. A set, since one body can earn a hundred thousand. */
  readonly warnings: Set<string>;
  /** What stages want said in the audit event. */
  readonly annotations: Map<string, string>;
  /** Undefined where the request is not audited. */
  audit?: AuditNotes | undefined;
}
