/** A text's bytes in UTF-8, percent-encoded one and all (RFC 3986, 2.1). */
export function percentEncoded(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}
