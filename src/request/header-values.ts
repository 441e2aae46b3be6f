import type { ApiRequest } from "./exchange.ts";

/** Every header as name in lower case and value, in the order in which they came. */
export function* headerLines({ rawHeaders, headers }: ApiRequest): Generator<readonly [string, string]> {
  if (rawHeaders !== undefined) {
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) yield [(rawHeaders[i] as string).toLowerCase(), rawHeaders[i + 1] as string];
    return;
  }
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === "string" ? [value] : (value ?? [])) yield [name, one];
  }
}

/** A header key may hold any text, percent-encoded (RFC 3986, 2.1); what does not decode stays as it is. */
export function decodeHeaderKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
