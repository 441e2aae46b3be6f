/** What makes Go pass over a pair of a query: a semicolon, and a percent sign that begins no escape. */
const UNREADABLE = /;|%(?![0-9A-Fa-f]{2})/;

/** The query of a request's target, as Go reads it: a pair that cannot be read is as if it were not there. */
export function queryOf(target: string): URLSearchParams {
  const cut = target.indexOf("?");
  const text = cut < 0 ? "" : target.slice(cut + 1);
  if (!UNREADABLE.test(text)) return new URLSearchParams(text);
  const readable = text.split("&").filter((pair) => !UNREADABLE.test(pair));
  return new URLSearchParams(readable.join("&"));
}
