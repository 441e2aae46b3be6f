import type { UserInfo } from "../request/context.ts";
import type { ApiRequest } from "../request/exchange.ts";

/**
 * Finds out who asks. Undefined: this authenticator found no credential of its kind. Errors: StatusError 401 for a
 * credential that is bad: it never becomes anonymous.
 */
export type Authenticator = (request: ApiRequest) => UserInfo | undefined | Promise<UserInfo | undefined>;

export const ALL_AUTHENTICATED = "system:authenticated";
export const ALL_UNAUTHENTICATED = "system:unauthenticated";

/** The user of requests without a credential. */
export const ANONYMOUS: UserInfo = { name: "system:anonymous", groups: [ALL_UNAUTHENTICATED] };

/** The first authenticator that finds someone decides; whoever is found belongs to system:authenticated. */
export function firstOf(authenticators: readonly Authenticator[]): Authenticator {
  return async (request) => {
    for (const authenticate of authenticators) {
      const user = await authenticate(request);
      if (user !== undefined)
        return user.groups.includes(ALL_AUTHENTICATED) || user.groups.includes(ALL_UNAUTHENTICATED)
          ? user
          : { ...user, groups: [...user.groups, ALL_AUTHENTICATED] };
    }
    return undefined;
  };
}
