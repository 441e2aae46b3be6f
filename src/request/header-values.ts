import type { ApiRequest } from "./exchange.ts";

/** Every header of a message as name in lower case and value, in the order in which they came. */
export function* headerLines({ rawHeaders, headers }: Pick<ApiRequest, "rawHeaders" | "headers">): Generator<readonly [string, string]> {
  if (rawHeaders !== undefined) {
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) yield [(rawHeaders[i] as string).toLowerCase(), rawHeaders[i + 1] as string];
    return;
  }
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === "string" ? [value] : (value ?? [])) yield [name, one];
  }
}

/** The same with values as texts: bytes on the wire are UTF-8 to everybody here, and Latin-1 to Node. */
export function* headerTexts(request: ApiRequest): Generator<readonly [string, string]> {
  const wire = request.rawHeaders !== undefined;
  for (const [name, value] of headerLines(request)) yield [name, wire ? utf8Text(value) : value];
}

/** A text as Node wants it to write its UTF-8 into a header. */
export function headerBytes(text: string): string {
  return isAscii(text) ? text : Buffer.from(text).toString("latin1");
}

function utf8Text(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 126) return false;
  return true;
}

/** A header key may hold any text, percent-encoded (RFC 3986, 2.1); what does not decode stays as it is. */
export function decodeHeaderKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
