import type { UserInfo } from "../request/context.ts";
import { BadCredential, type AuthenticationNotes, type Authenticator } from "./authenticator.ts";
import { bearerToken, webSocketToken } from "./bearer-token.ts";

/** A token that proves somebody. */
export interface TokenAccepted {
  readonly user: UserInfo;
  /** For which of the audiences that were asked for; empty where the server has none. */
  readonly audiences: readonly string[];
}

/** What to check a token for. */
export interface TokenQuestion {
  readonly token: string;
  /** It must be for one of these; undefined: for the API server. */
  readonly audiences: readonly string[] | undefined;
  readonly notes: AuthenticationNotes;
}

/** Undefined: not a token of this kind. Errors: BadCredential saying why a token of this kind is refused. */
export type TokenAuthenticator = (question: TokenQuestion) => TokenAccepted | undefined | Promise<TokenAccepted | undefined>;

/** What is said of a token that nobody knows. */
const INVALID_BEARER_TOKEN = "invalid bearer token";

/** Longer tokens are refused unread: headers are bounded too, a TokenReview's body is not by as much. */
export const LONGEST_TOKEN = 64 * 1024;

/** Asks one after another. Errors: BadCredential with every reason where nobody knows the token. */
export function firstToken(authenticators: readonly TokenAuthenticator[]): (question: TokenQuestion) => Promise<TokenAccepted> {
  return async (question) => {
    const reasons: string[] = [];
    if (question.token.length > LONGEST_TOKEN) throw new BadCredential(INVALID_BEARER_TOKEN);
    for (const authenticate of authenticators) {
      try {
        const asked = authenticate(question);
        const accepted = asked instanceof Promise ? await asked : asked;
        if (accepted !== undefined) return accepted;
      } catch (error) {
        if (!(error instanceof BadCredential)) throw error;
        reasons.push(...error.reasons);
      }
    }
    throw new BadCredential(INVALID_BEARER_TOKEN, ...reasons);
  };
}

/** The tokens of Authorization headers, and of WebSockets' subprotocols. */
export function bearerAuthenticator(known: (question: TokenQuestion) => Promise<TokenAccepted>): Authenticator {
  return (request, notes) => {
    const token = bearerToken(request, notes) ?? webSocketToken(request);
    return token === undefined ? undefined : known({ token, audiences: undefined, notes }).then(({ user }) => user);
  };
}

/**
 * A token whose issuer knows no audiences is one for the API server. Undefined where it is asked for another.
 */
export function forApiAudiences(
  apiAudiences: readonly string[],
  know: (question: TokenQuestion) => UserInfo | undefined | Promise<UserInfo | undefined>,
): TokenAuthenticator {
  return (question) => {
    const audiences = question.audiences === undefined ? apiAudiences : common(apiAudiences, question.audiences);
    if (question.audiences !== undefined && audiences.length === 0) return undefined;
    const found = know(question);
    if (found instanceof Promise) return found.then((user) => user && { user, audiences });
    return found && { user: found, audiences };
  };
}

/** What of the first list is in the second, in the first's order. */
export function common(of: readonly string[], and: readonly string[]): string[] {
  return of.filter((one) => and.includes(one));
}
