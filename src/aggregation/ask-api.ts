import { ask, type Question, type WholeAnswer } from "../proxy/ask.ts";
import { addressHeaders } from "../proxy/forwarded-headers.ts";
import type { UserInfo } from "../request/context.ts";
import type { ServiceResolver } from "../webhook/service-address.ts";
import { identityHeaders } from "./identity-headers.ts";
import type { RemoteApi } from "./remote-api.ts";

const TIMEOUT_MS = 5000;
const MAX_BYTES = 8 << 20;

/** Asks the server of a group version something as one of its own users, through what the proxy would send. */
export async function askApi(
  api: RemoteApi,
  resolveService: ServiceResolver,
  user: UserInfo,
  question: Partial<Question> & Pick<Question, "target">,
): Promise<WholeAnswer> {
  const address = await resolveService(api.spec.service);
  return ask(api.server, address, {
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    ...question,
    headers: {
      ...identityHeaders(user),
      ...addressHeaders(address, question.target),
      ...question.headers,
    },
  });
}
