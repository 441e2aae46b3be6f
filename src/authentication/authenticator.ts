import { memo } from "../object/memo.ts";
import { StatusError, unauthorized } from "../object/status.ts";
import type { UserInfo } from "../request/context.ts";
import type { ApiRequest } from "../request/exchange.ts";

/** What an authenticator says beside its answer. */
export interface AuthenticationNotes {
  /** A text for a Warning header. */
  warn(text: string): void;
  /** An annotation of the request's audit event. */
  annotate(key: string, value: string): void;
}

/** Notes that nobody reads. */
export const NO_NOTES: AuthenticationNotes = { warn: () => {}, annotate: () => {} };

/**
 * Finds out who asks. Undefined: this authenticator found no credential of its kind. Errors: BadCredential (401) for a
 * credential that is bad: it never becomes anonymous.
 */
export type Authenticator = (request: ApiRequest, notes: AuthenticationNotes) => UserInfo | undefined | Promise<UserInfo | undefined>;

/** 401 for a credential that proves nobody. Why is told to TokenReview and the log, never to whoever sent it. */
export class BadCredential extends StatusError {
  readonly reasons: readonly string[];

  constructor(...reasons: readonly string[]) {
    super(unauthorized().status);
    this.name = "BadCredential";
    this.reasons = reasons;
  }
}

/** The group of everybody who has said who they are. */
export const ALL_AUTHENTICATED = "system:authenticated";
/** The group of everybody else. */
export const ALL_UNAUTHENTICATED = "system:unauthenticated";

/** The user of requests without a credential. */
export const ANONYMOUS: UserInfo = { name: "system:anonymous", groups: [ALL_UNAUTHENTICATED] };

/** Key of the `extra` value that names the credential a user came with. */
export const CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";

const KEPT_USERS = 256;

/**
 * The first authenticator that finds someone decides, whatever those before it refused; whoever is found belongs to
 * system:authenticated. Errors: BadCredential with every reason where somebody refused and nobody found.
 */
export function firstOf(authenticators: readonly Authenticator[]): Authenticator {
  // A user whom an authenticator keeps is one value to everybody after it.
  const authenticated = memo(KEPT_USERS, withAuthenticated);
  return async (request, notes) => {
    const reasons: string[] = [];
    let refused = false;
    for (const authenticate of authenticators) {
      try {
        const asked = authenticate(request, notes);
        const user = asked instanceof Promise ? await asked : asked;
        if (user !== undefined) return authenticated(user);
      } catch (error) {
        if (!(error instanceof BadCredential)) throw error;
        refused = true;
        reasons.push(...error.reasons);
      }
    }
    if (refused) throw new BadCredential(...reasons);
    return undefined;
  };
}

/** Whoever was found is of system:authenticated, unless the authenticator says that they are nobody. */
export function withAuthenticated(user: UserInfo): UserInfo {
  return user.name === ANONYMOUS.name || user.groups.includes(ALL_AUTHENTICATED) || user.groups.includes(ALL_UNAUTHENTICATED)
    ? user
    : { ...user, groups: [...user.groups, ALL_AUTHENTICATED] };
}
