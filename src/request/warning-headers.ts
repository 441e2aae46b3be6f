import { headerBytes } from "./header-values.ts";

/** Characters that all warnings of an answer have together, and one of them once they are more. */
const MAX_TOTAL = 4096;
const MAX_EACH = 256;

/**
 * The Warning headers of an answer (RFC 7234, warn-code 299), as bytes that headers can hold. Texts with control
 * characters are left out; many long ones are cut, so that an answer's head stays what clients bear.
 */
export function warningHeaders(texts: readonly string[]): string[] {
  const shown = texts.filter((text) => text !== "" && !hasControl(text));
  return (fits(shown) ? shown : cut(shown)).map(warningHeader);
}

function fits(texts: readonly string[]): boolean {
  let total = 0;
  for (const text of texts) if ((total += text.length) > MAX_TOTAL) return false;
  return true;
}

function cut(texts: readonly string[]): string[] {
  const kept: string[] = [];
  let total = 0;
  for (const text of texts) {
    if (total >= MAX_TOTAL) break;
    const short = Array.from(text.slice(0, 2 * MAX_EACH))
      .slice(0, MAX_EACH)
      .join("");
    total += short.length;
    kept.push(short);
  }
  return kept;
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 32 || text.charCodeAt(i) === 127) return true;
  return false;
}

function warningHeader(text: string): string {
  return headerBytes(`299 - "${text.replaceAll(/[\\"]/g, "\\$&")}"`);
}
