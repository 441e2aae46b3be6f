import type { YAMLParseError } from "yaml";

/** A fault as the original's reader words it. Faults of its scanner count lines from one, those of its parser from zero. */
interface Wording {
  readonly text: string;
  readonly by: "scanner" | "parser";
}

const wordings = new Map<string, Wording>([
  ["TAB_AS_INDENT", { text: "found character that cannot start any token", by: "scanner" }],
  ["BAD_SCALAR_START", { text: "found character that cannot start any token", by: "scanner" }],
  ["BAD_DQ_ESCAPE", { text: "found unknown escape character", by: "scanner" }],
  ["BLOCK_AS_IMPLICIT_KEY", { text: "mapping values are not allowed in this context", by: "scanner" }],
  ["BLOCK_IN_FLOW", { text: "block sequence entries are not allowed in this context", by: "scanner" }],
  ["MULTILINE_IMPLICIT_KEY", { text: "could not find expected ':'", by: "scanner" }],
  ["KEY_OVER_1024_CHARS", { text: "could not find expected ':'", by: "scanner" }],
  ["BAD_DIRECTIVE", { text: "found unknown directive name", by: "scanner" }],
  ["UNEXPECTED_TOKEN", { text: "did not find expected <document start>", by: "parser" }],
  ["BAD_INDENT", { text: "did not find expected key", by: "parser" }],
  ["TAG_RESOLVE_FAILED", { text: "found undefined tag handle", by: "parser" }],
]);

const endOfStream: Wording = { text: "found unexpected end of stream", by: "scanner" };
const noColon: Wording = { text: "could not find expected ':'", by: "scanner" };
const noNode: Wording = { text: "did not find expected node content", by: "parser" };
const unclosed = {
  "[": { text: "did not find expected ',' or ']'", by: "parser" },
  "{": { text: "did not find expected ',' or '}'", by: "parser" },
} as const;

/** The original's message for a syntax fault, with the line where it names one; the rarer ones are near misses. */
export function yamlSyntaxMessage(error: YAMLParseError, text: string): string {
  const offset = Math.min(error.pos[0], text.length);
  const wording = wordingOf(error, text, offset);
  const before = text.slice(0, offset);
  let line = before.split("\n").length - 1;
  // The end of the text counts as the beginning of another line; a colon is missed only on the line after the key.
  if (wording === noColon || (offset >= text.length && !before.endsWith("\n"))) line++;
  if (line === 0) return wording.text;
  return `line ${wording.by === "scanner" ? line + 1 : line}: ${wording.text}`;
}

function wordingOf(error: YAMLParseError, text: string, offset: number): Wording {
  if (error.code === "BAD_ALIAS")
    return { text: `unknown anchor '${text.slice(error.pos[0] + 1, error.pos[1])}' referenced`, by: "parser" };
  // A list's item on the line of its key is where the scanner takes none.
  if (error.message.startsWith("Unexpected block-seq-ind")) return wordings.get("BLOCK_IN_FLOW") ?? noNode;
  const inFlow = /^Flow (map|sequence)/i.test(error.message);
  if (error.code !== "MISSING_CHAR" && !inFlow) return wordings.get(error.code) ?? noNode;
  if (/quote/.test(error.message)) return endOfStream;
  if (!inFlow) return noColon;
  // Right after an opening bracket, a comma or a colon a node is missed, elsewhere the closing bracket.
  if (/[[{,:]\s*$/.test(text.slice(Math.max(0, offset - 256), offset))) return noNode;
  return /\}|flow map/i.test(error.message) ? unclosed["{"] : unclosed["["];
}
