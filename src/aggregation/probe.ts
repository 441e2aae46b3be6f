import { hostPort } from "../object/ip.ts";
import { errorText } from "../object/error-text.ts";
import { ask } from "../proxy/ask.ts";
import type { DialAddress, ServiceResolver } from "../webhook/service-address.ts";
import { AGGREGATOR } from "./aggregator-user.ts";
import { identityHeaders } from "./identity-headers.ts";
import type { RemoteApi } from "./remote-api.ts";

/** How long one look may take, in milliseconds, and the most that is read of what it finds. */
const PROBE_MS = 5000;
const MAX_BYTES = 8 << 20;
/** Looks beside the first, at the same time: other endpoints may answer where one does not. */
const MORE_LOOKS = 4;

/** Looks whether a server answers for its group version: what is wrong, in the original's words; undefined where it does. */
export async function probe(api: RemoteApi, resolveService: ServiceResolver, timeoutMs = PROBE_MS): Promise<string | undefined> {
  const first = await look(api, resolveService, timeoutMs);
  if (first === undefined) return undefined;
  const others = await Promise.all(Array.from({ length: MORE_LOOKS }, () => look(api, resolveService, timeoutMs)));
  return others.includes(undefined) ? undefined : first;
}

async function look(api: RemoteApi, resolveService: ServiceResolver, timeoutMs: number): Promise<string | undefined> {
  let address: DialAddress;
  try {
    address = await resolveService(api.spec.service);
  } catch (error) {
    return errorText(error);
  }
  const url = `https://${hostPort(address.host, address.port)}${api.path}`;
  const headers = { ...identityHeaders(AGGREGATOR), "User-Agent": "Go-http-client/1.1" };
  try {
    const { status } = await ask(api.server, address, { target: api.path, headers, timeoutMs, maxBytes: MAX_BYTES });
    if (status >= 200 && status <= 299) return undefined;
    return `failing or missing response from ${url}: bad status from ${url}: ${status}`;
  } catch (error) {
    return `failing or missing response from ${url}: Get ${JSON.stringify(url)}: ${errorText(error)}`;
  }
}
