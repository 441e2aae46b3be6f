/** Text that Go's ParseBool takes for true. */
const TRUE_WORDS: ReadonlySet<string> = new Set(["1", "t", "T", "true", "TRUE", "True"]);

/** How the user agents of command line tools and browsers begin: a person reads the answer. */
const READERS: readonly string[] = ["curl", "Wget", "Mozilla/5.0"];

/** Whether JSON is indented: `pretty` in the query decides, else who reads. An empty value decides nothing. */
export function wantsPretty(query: string | null, userAgent: string): boolean {
  if (query !== null && query !== "") return TRUE_WORDS.has(query);
  return READERS.some((reader) => userAgent.startsWith(reader));
}
