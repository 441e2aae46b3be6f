/**
 * Text in double quotes with Go's escapes (%q), the form in which names and values stand in messages. Printable
 * characters of every script stay as they are.
 */
export function quoteText(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  let quoted = '"';
  for (const character of text) quoted += quoteCharacter(character);
  return `${quoted}"`;
}

/** Several texts as Go shows a list of them: ["a" "b"]. */
export function quoteTexts(texts: readonly string[]): string {
  return `[${texts.map(quoteText).join(" ")}]`;
}

const plain = /^[ !#-[\]-~]*$/;

const named = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\u000b", "\\v"],
]);

// Letters, marks, numbers, punctuation, symbols and the plain space are printable; nothing else is.
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Whether Go prints a character as it is. */
export function isPrintable(character: string): boolean {
  return printable.test(character);
}

function quoteCharacter(character: string): string {
  const escape = named.get(character);
  if (escape !== undefined) return escape;
  if (isPrintable(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return "\ufffd"; // a lone surrogate has no UTF-8 form
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, "0");
}
