/** Printable ASCII without quote and backslash, which JSON writes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** A text as JSON; most texts of an event are plain, and JSON.stringify takes longer to find that out. */
export function jsonString(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
