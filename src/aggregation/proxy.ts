import { forward } from "../proxy/forward.ts";
import { forwardedHeaders } from "../proxy/forwarded-headers.ts";
import { forwardedTarget } from "../proxy/target.ts";
import type { RequestContext, UserInfo } from "../request/context.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { textAnswer } from "../request/text-answer.ts";
import type { DialAddress, ServiceResolver } from "../webhook/service-address.ts";
import type { ApiServices } from "./api-services.ts";
import { identityHeaders } from "./identity-headers.ts";
import type { RemoteApi } from "./remote-api.ts";

interface AggregationProxyOptions {
  readonly apis: ApiServices;
  readonly resolveService: ServiceResolver;
  readonly rejectRedirects: boolean;
  /** Whether a header (in lower case) says who a user is to servers behind this one, and is not a client's to send. */
  readonly isIdentity: (header: string) => boolean;
  readonly clock: () => number;
}

/** Group and version of a path, as far as it has them. */
const GROUP_VERSION = /^\/(?:apis\/([^/]+)\/([^/]+)|api\/([^/]+))(?:\/|$)/;

/** Passes requests for group versions of other servers on to them, as the user who asks. */
export class AggregationProxy {
  readonly #options: AggregationProxyOptions;

  constructor(options: AggregationProxyOptions) {
    this.#options = options;
  }

  /** The answer of the server that answers for the request's group version; undefined where that is this one. */
  answer(context: RequestContext): Promise<ApiAnswer> | undefined {
    const { apis } = this.#options;
    // Most servers have none, and then no request pays for them.
    const match = apis.hasRemotes ? GROUP_VERSION.exec(context.info.path) : null;
    if (match === null) return undefined;
    const [, group = "", version = "", coreVersion] = match;
    const api = apis.remote(group, coreVersion ?? version);
    return api && this.pass(api, context, context.user);
  }

  /** Passes a request on to the server of a group version, as a user. */
  async pass(api: RemoteApi, context: RequestContext, user: UserInfo): Promise<ApiAnswer> {
    if (!api.available) return unavailable();
    const { resolveService, rejectRedirects, isIdentity, clock } = this.#options;
    let address: DialAddress;
    try {
      address = await resolveService(api.spec.service);
    } catch {
      return unavailable();
    }
    const { request, info, deadline, auditId } = context;
    return forward(request, {
      server: api.server,
      address,
      target: forwardedTarget(info.path, info.query),
      headers: { ...forwardedHeaders(request, isIdentity), ...identityHeaders(user), "Audit-Id": auditId },
      rejectRedirects,
      leftMs: deadline === undefined ? undefined : deadline - clock(),
    });
  }
}

/** As the original says it of an extension that is known not to answer. */
function unavailable(): ApiAnswer {
  return textAnswer(503, "service unavailable\n", true);
}
