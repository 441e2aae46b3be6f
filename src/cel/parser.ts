import { operator, qualifiedName } from "./ast.ts";
import type { Expr, Literal, MapEntry, StructField } from "./ast.ts";
import { Lexer, token } from "./lexer.ts";
import { LiteralFault, bytesLiteral, doubleLiteral, intLiteral, stringLiteral, uintLiteral } from "./literal.ts";
import { DepthFault, MacroFault, NodeMaker } from "./macro.ts";
import type { Macros } from "./macro.ts";
import type { Issue } from "./source.ts";
import { codePoints } from "./source.ts";
import { diagnoseSyntax } from "./syntax-diagnosis.ts";

/** What may be written, and how much of it. */
export interface ParserOptions {
  readonly macros: Macros;
  /** Whether ?., [?] and {?k: v} may be written. */
  readonly optionalSyntax: boolean;
  /** Whether field names may be written in backticks. */
  readonly quotedFields: boolean;
  readonly maxDepth: number;
  readonly maxCodePoints: number;
  /** How many times the search for further faults may resume after one. */
  readonly maxRecoveries: number;
}

/** The limits and the syntax of cel-go. */
export const parserDefaults: Omit<ParserOptions, "macros"> = {
  optionalSyntax: true,
  quotedFields: true,
  maxDepth: 250,
  maxCodePoints: 100_000,
  maxRecoveries: 30,
};

/** A tree, or what keeps the text from being one. */
export interface Parsed {
  readonly expr: Expr | undefined;
  readonly issues: readonly Issue[];
  /** One more than the highest id of a node. */
  readonly nodes: number;
}

/** Names that the language keeps for itself: no identifier, but a fine field. */
export const reservedNames: ReadonlySet<string> = new Set(
  "as break const continue else false for function if import in let loop package namespace null return true var void while".split(" "),
);

const relations = new Map<number, string>([
  [token.less, operator.less],
  [token.lessEquals, operator.lessEquals],
  [token.greater, operator.greater],
  [token.greaterEquals, operator.greaterEquals],
  [token.equals, operator.equals],
  [token.notEquals, operator.notEquals],
  [token.in, operator.in],
]);
const additions = new Map<number, string>([
  [token.plus, operator.add],
  [token.minus, operator.subtract],
]);
const multiplications = new Map<number, string>([
  [token.star, operator.multiply],
  [token.slash, operator.divide],
  [token.percent, operator.modulo],
]);

/**
 * Parses an expression and expands its macros. Faults come back as issues; the tree is there only if there are none.
 * A source that is not well formed is read a second time, slowly, for messages that say what was expected where.
 */
export function parse(text: string, options: ParserOptions): Parsed {
  const size = text.length > options.maxCodePoints ? codePoints(text) : 0;
  if (size > options.maxCodePoints) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${options.maxCodePoints}`;
    return { expr: undefined, issues: [{ offset: -1, message }], nodes: 0 };
  }
  return new Parser(text, options).run();
}

/** The text does not follow the grammar here. */
class SyntaxFault {}

class Parser {
  readonly #lexer: Lexer;
  readonly #options: ParserOptions;
  readonly #make: NodeMaker;
  readonly #issues: Issue[] = [];
  #depth = 0;

  constructor(text: string, options: ParserOptions) {
    this.#lexer = new Lexer(text);
    this.#make = new NodeMaker(options.maxDepth);
    this.#options = options;
  }

  run(): Parsed {
    let expr: Expr | undefined;
    try {
      this.#lexer.next();
      expr = this.#expr();
      if (this.#lexer.type !== token.end || this.#lexer.issues.length > 0) throw new SyntaxFault();
    } catch (fault) {
      if (fault instanceof SyntaxFault) {
        const found = diagnoseSyntax(this.#lexer.text, this.#options.maxRecoveries, this.#options.maxDepth);
        return { expr: undefined, issues: [...found, ...this.#issues], nodes: 0 };
      }
      if (!(fault instanceof DepthFault)) throw fault;
      this.#issues.push({ offset: -1, message: fault.message });
    }
    return { expr: this.#issues.length > 0 ? undefined : expr, issues: this.#issues, nodes: this.#make.count };
  }

  #fault(offset: number, message: string): void {
    this.#issues.push({ offset, message });
  }

  #take(type: number): void {
    if (this.#lexer.type !== type) throw new SyntaxFault();
    this.#lexer.next();
  }

  #accept(type: number): boolean {
    if (this.#lexer.type !== type) return false;
    this.#lexer.next();
    return true;
  }

  /** Whether a type comes next; asked anew, where the compiler believes what it saw before the last step. */
  #next(type: number): boolean {
    return this.#lexer.type === type;
  }

  #expr(): Expr {
    if (++this.#depth > this.#options.maxDepth) {
      throw new DepthFault(`expression recursion limit exceeded: ${this.#options.maxDepth}`);
    }
    const condition = this.#logical(token.or);
    let expr = condition;
    if (this.#lexer.type === token.question) {
      const offset = this.#lexer.start;
      this.#lexer.next();
      const whenTrue = this.#logical(token.or);
      this.#take(token.colon);
      const whenFalse = this.#expr();
      expr = this.#make.call(offset, operator.conditional, [condition, whenTrue, whenFalse]);
    }
    this.#depth--;
    return expr;
  }

  /** A chain of || or of &&, made a balanced tree so that a long one is not a deep one. */
  #logical(type: typeof token.or | typeof token.and): Expr {
    const first = type === token.or ? this.#logical(token.and) : this.#relation();
    if (this.#lexer.type !== type) return first;
    const terms = [first];
    const offsets: number[] = [];
    while (this.#lexer.type === type) {
      offsets.push(this.#lexer.start);
      this.#lexer.next();
      terms.push(type === token.or ? this.#logical(token.and) : this.#relation());
    }
    return this.#balance(type === token.or ? operator.or : operator.and, terms, offsets, 0, offsets.length - 1);
  }

  #balance(name: string, terms: readonly Expr[], offsets: readonly number[], low: number, high: number): Expr {
    const middle = (low + high + 1) >> 1;
    const left = middle === low ? terms[middle] : this.#balance(name, terms, offsets, low, middle - 1);
    const right = middle === high ? terms[middle + 1] : this.#balance(name, terms, offsets, middle + 1, high);
    return this.#make.call(offsets[middle] ?? 0, name, [left as Expr, right as Expr]);
  }

  #relation(): Expr {
    return this.#binary(relations, () => this.#binary(additions, () => this.#binary(multiplications, () => this.#unary())));
  }

  #binary(operators: ReadonlyMap<number, string>, operand: () => Expr): Expr {
    let left = operand();
    for (;;) {
      const name = operators.get(this.#lexer.type);
      if (name === undefined) return left;
      const offset = this.#lexer.start;
      this.#lexer.next();
      left = this.#make.call(offset, name, [left, operand()]);
    }
  }

  #unary(): Expr {
    const type = this.#lexer.type;
    if (type !== token.not && type !== token.minus) return this.#member(undefined);
    const offset = this.#lexer.start;
    let count = 0;
    while (this.#lexer.type === type) {
      this.#lexer.next();
      count++;
    }
    // one minus before a number belongs to the number, so that the smallest int can be written
    const number = this.#lexer.type === token.int || this.#lexer.type === token.uint || this.#lexer.type === token.float;
    if (type === token.minus && count === 1 && number) return this.#member(offset);
    const operand = this.#member(undefined);
    if (count % 2 === 0) return operand;
    return this.#make.call(offset, type === token.not ? operator.not : operator.negate, [operand]);
  }

  /** A primary expression and what follows it: fields, calls, indices. `minus` is where a literal's sign stands. */
  #member(minus: number | undefined): Expr {
    let named = this.#lexer.type === token.identifier || this.#lexer.type === token.dot;
    let expr = this.#primary(minus);
    named &&= expr.kind === "ident";
    for (;;) {
      const { type, start } = this.#lexer;
      if (type === token.leftBrace && named) {
        const name = qualifiedName(expr);
        if (name === undefined) throw new SyntaxFault();
        expr = this.#struct(name);
        named = false;
        continue;
      }
      if (type !== token.dot && type !== token.leftBracket) return expr;
      this.#lexer.next();
      const optional = this.#lexer.type === token.question;
      if (optional) {
        this.#lexer.next();
        named = false;
        if (!this.#options.optionalSyntax) this.#fault(start, `unsupported syntax '${type === token.dot ? ".?" : "[?"}'`);
      }
      if (type === token.leftBracket) {
        const index = this.#expr();
        this.#take(token.rightBracket);
        named = false;
        expr = this.#make.call(start, optional ? operator.optionalIndex : operator.index, [expr, index]);
        continue;
      }
      const quoted = this.#lexer.type === token.quotedIdentifier;
      const nameOffset = this.#lexer.start;
      const field = this.#fieldName();
      if (quoted) named = false;
      if (!optional && !quoted && this.#lexer.type === token.leftParen) {
        named = false;
        const offset = this.#lexer.start;
        expr = this.#call(offset, expr, field, this.#arguments());
      } else if (optional) {
        expr = this.#make.call(start, operator.optionalSelect, [expr, this.#make.constant(nameOffset, field)]);
      } else {
        expr = this.#make.select(start, expr, field);
      }
    }
  }

  #fieldName(): string {
    const { type, start, end, text } = this.#lexer;
    if (type === token.identifier) {
      this.#lexer.next();
      return text.slice(start, end);
    }
    if (type !== token.quotedIdentifier) throw new SyntaxFault();
    if (!this.#options.quotedFields) this.#fault(start, "unsupported syntax: '`'");
    this.#lexer.next();
    return text.slice(start + 1, end - 1);
  }

  #arguments(): Expr[] {
    this.#take(token.leftParen);
    const args: Expr[] = [];
    if (this.#lexer.type !== token.rightParen) {
      do args.push(this.#expr());
      while (this.#accept(token.comma));
    }
    this.#take(token.rightParen);
    return args;
  }

  /** A call, or what a macro of that name makes of it. */
  #call(offset: number, target: Expr | undefined, name: string, args: readonly Expr[]): Expr {
    const macro = this.#options.macros.get(`${name}/${args.length}/${target === undefined ? "global" : "member"}`);
    if (macro !== undefined) {
      try {
        const expanded = this.#make.expand(offset, (make) => macro(make, args, target));
        if (expanded !== undefined) return expanded;
      } catch (fault) {
        if (!(fault instanceof MacroFault)) throw fault;
        this.#fault(fault.offset < 0 ? offset : fault.offset, fault.message);
      }
    }
    return this.#make.call(offset, name, args, target);
  }

  #primary(minus: number | undefined): Expr {
    const lexer = this.#lexer;
    const { start, end, text } = lexer;
    switch (lexer.type) {
      case token.dot:
      case token.identifier: {
        const dot = this.#accept(token.dot) ? "." : "";
        if (this.#lexer.type !== token.identifier) throw new SyntaxFault();
        const offset = this.#lexer.start;
        const name = text.slice(offset, this.#lexer.end);
        this.#lexer.next();
        if (this.#next(token.leftParen)) {
          const open = this.#lexer.start;
          if (reservedNames.has(name)) this.#fault(offset, `reserved identifier: ${name}`);
          return this.#call(open, undefined, dot + name, this.#arguments());
        }
        if (reservedNames.has(name)) {
          this.#fault(offset, `reserved identifier: ${name}`);
          return this.#make.constant(offset, null);
        }
        return this.#make.ident(offset, dot + name);
      }
      case token.leftParen: {
        lexer.next();
        const expr = this.#expr();
        this.#take(token.rightParen);
        return expr;
      }
      case token.leftBracket:
        return this.#list();
      case token.leftBrace:
        return this.#map();
      case token.true:
        return this.#literal(start, () => true);
      case token.false:
        return this.#literal(start, () => false);
      case token.null:
        return this.#literal(start, () => null);
      case token.string:
        return this.#literal(start, () => stringLiteral(text.slice(start, end)));
      case token.bytes:
        return this.#literal(start, () => bytesLiteral(text.slice(start, end)));
      case token.int:
        return this.#literal(minus ?? start, () => intLiteral(text.slice(start, end), minus !== undefined));
      case token.uint:
        return this.#literal(minus ?? start, () => uintLiteral(text.slice(start, end), minus !== undefined));
      case token.float:
        return this.#literal(minus ?? start, () => doubleLiteral(text.slice(start, end), minus !== undefined));
      default:
        throw new SyntaxFault();
    }
  }

  #literal(offset: number, read: () => Literal): Expr {
    this.#lexer.next();
    try {
      return this.#make.constant(offset, read());
    } catch (fault) {
      if (!(fault instanceof LiteralFault)) throw fault;
      this.#fault(offset, fault.message);
      return this.#make.constant(offset, null);
    }
  }

  #optionalMark(): boolean {
    if (this.#lexer.type !== token.question) return false;
    if (!this.#options.optionalSyntax) this.#fault(this.#lexer.start, "unsupported syntax '?'");
    this.#lexer.next();
    return true;
  }

  /** Comma separated items up to a closing token; one comma may follow the last, or stand alone. */
  #items(close: number, item: () => void): void {
    this.#lexer.next();
    if (!this.#accept(token.comma)) {
      while (this.#lexer.type !== close) {
        item();
        if (!this.#accept(token.comma)) break;
      }
    }
    this.#take(close);
  }

  #list(): Expr {
    const offset = this.#lexer.start;
    const elements: Expr[] = [];
    const optional = new Set<number>();
    this.#items(token.rightBracket, () => {
      if (this.#optionalMark()) optional.add(elements.length);
      elements.push(this.#expr());
    });
    return this.#make.list(offset, elements, optional);
  }

  #map(): Expr {
    const offset = this.#lexer.start;
    const entries: MapEntry[] = [];
    this.#items(token.rightBrace, () => {
      const optional = this.#optionalMark();
      const key = this.#expr();
      const colon = this.#lexer.start;
      this.#take(token.colon);
      const value = this.#expr();
      entries.push({ id: this.#make.id(key, value), offset: colon, key, value, optional });
    });
    return this.#make.map(offset, entries);
  }

  #struct(name: string): Expr {
    const offset = this.#lexer.start;
    const fields: StructField[] = [];
    this.#items(token.rightBrace, () => {
      const optional = this.#optionalMark();
      const field = this.#fieldName();
      const colon = this.#lexer.start;
      this.#take(token.colon);
      const value = this.#expr();
      fields.push({ id: this.#make.id(value), offset: colon, name: field, value, optional });
    });
    return this.#make.struct(offset, name, fields);
  }
}
