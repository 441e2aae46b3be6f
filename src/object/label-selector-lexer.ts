/** A token of a label selector; words include `in` and `notin`, which only the parser can tell from keys. */
export interface SelectorToken {
  readonly type: "word" | "=" | "==" | "!=" | "!" | "(" | ")" | "," | ">" | "<" | "end";
  readonly text: string;
}

// The longest sign wins: `==` before `=`, `!=` before `!`. A NUL ends a word as it ends the text in the original.
const next = /[ \t\r\n]*(?:(==|!=|[=!(),<>])|([^ \t\r\n=!(),<>\0]+)|(\0|$))/y;

const signs: ReadonlySet<string> = new Set(["=", "==", "!=", "!", "(", ")", ",", ">", "<"]);

/** Splits the text into tokens; the last is the end. No text fails here. */
export function lexLabelSelector(text: string): SelectorToken[] {
  const tokens: SelectorToken[] = [];
  next.lastIndex = 0;
  for (;;) {
    const match = next.exec(text);
    const sign = match?.[1];
    const word = match?.[2];
    if (isSign(sign)) {
      tokens.push({ type: sign, text: sign });
    } else if (word !== undefined) {
      tokens.push({ type: "word", text: word });
    } else {
      tokens.push({ type: "end", text: "" });
      return tokens;
    }
  }
}

function isSign(text: string | undefined): text is Exclude<SelectorToken["type"], "word" | "end"> {
  return text !== undefined && signs.has(text);
}
