/** A time as metadata and conditions have it: RFC 3339 in UTC, whole seconds. `ms`: milliseconds since the epoch. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** The day of a time in UTC, as 2006-01-02. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
