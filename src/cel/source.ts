/** A fault found in a source before it runs: where (a UTF-16 offset, or -1 for the whole) and what. */
export interface Issue {
  readonly offset: number;
  readonly message: string;
}

const maxShown = 100;

/** The source text of one expression, with the positions that messages show: lines and columns in code points. */
export class Source {
  readonly text: string;
  readonly name: string;

  constructor(text: string, name = "<input>") {
    this.text = text;
    this.name = name;
  }

  /** 1-based line and 0-based column, in code points. */
  position(offset: number): { readonly line: number; readonly column: number; readonly lineStart: number } {
    let line = 1;
    let lineStart = 0;
    for (let at = this.text.indexOf("\n"); at >= 0 && at < offset; at = this.text.indexOf("\n", at + 1)) {
      line++;
      lineStart = at + 1;
    }
    return { line, column: codePoints(this.text, lineStart, offset), lineStart };
  }

  /** One issue as people know it: where, what, the line and a caret under the place. */
  show(issue: Issue): string {
    if (issue.offset < 0) return `ERROR: ${this.name}:-1:0: ${issue.message}`;
    // there is no line to show, nor a column in it
    if (this.text === "") return `ERROR: ${this.name}:1:0: ${issue.message}`;
    const { line, column, lineStart } = this.position(issue.offset);
    const end = this.text.indexOf("\n", lineStart);
    const snippet = this.text.slice(lineStart, end < 0 ? undefined : end).replaceAll("\t", " ");
    let marker = "";
    let shown = 0;
    let caret = "^";
    for (const char of snippet) {
      const wide = (char.codePointAt(0) ?? 0) > 0x7f;
      if (shown === column) {
        caret = wide ? "＾" : "^";
        break;
      }
      marker += wide ? "．" : ".";
      shown++;
    }
    return `ERROR: ${this.name}:${line}:${column + 1}: ${issue.message}\n | ${snippet}\n | ${marker}${caret}`;
  }

  /** Every issue in the order of the text, as one message. */
  showAll(issues: readonly Issue[]): string {
    const sorted = issues.map((issue, order) => ({ issue, order }));
    sorted.sort((a, b) => a.issue.offset - b.issue.offset || a.order - b.order);
    const shown = sorted.slice(0, maxShown).map(({ issue }) => this.show(issue));
    if (sorted.length > maxShown) shown.push(`${sorted.length - maxShown} more errors were truncated`);
    return shown.join("\n");
  }
}

/** A piece of source as messages show it, on one line. */
export function escapeSpace(text: string): string {
  return text.replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll("\r", "\\r");
}

/** How many code points lie between two UTF-16 offsets. */
export function codePoints(text: string, start = 0, end = text.length): number {
  let count = 0;
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    // the second half of a pair does not count; a lone half does
    if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < end) {
      const next = text.charCodeAt(i + 1);
      if (next >= 0xdc00 && next < 0xe000) i++;
    }
    count++;
  }
  return count;
}
