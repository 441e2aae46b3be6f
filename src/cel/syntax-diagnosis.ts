import { Lexer, token, tokenNames } from "./lexer.ts";
import { escapeSpace, type Issue } from "./source.ts";
import { buildGrammar } from "./syntax-grammar.ts";
import type { Action, Grammar, RuleName, State } from "./syntax-grammar.ts";
import { Predictor, Stacks } from "./syntax-prediction.ts";
import type { Stack } from "./syntax-prediction.ts";

/**
 * Reads a source that does not parse again, for messages: what was found, what was expected, and what else is wrong
 * further on. It reports and recovers as the original's generated parser does (ANTLR's default strategy: delete one
 * token, insert one token, or skip to where the reading can go on), so that messages are the ones people know.
 */
export function diagnoseSyntax(text: string, maxRecoveries: number, maxDepth: number): readonly Issue[] {
  const diagnosis = new Diagnosis(text, buildGrammar(), maxRecoveries, maxDepth);
  return diagnosis.run();
}

interface Token {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

/** Reading a rule cannot go on; the rule that is being read recovers. */
class Mismatch {
  /** Where nothing fits after a look ahead from the current token; undefined where the current one does not fit. */
  readonly stuck: Token | undefined;
  constructor(stuck?: Token) {
    this.stuck = stuck;
  }
}

/** What is still to be read, and what is to be done when a rule or one turn of a loop is over. */
type Work =
  | Action
  | { readonly kind: "leave"; readonly name: RuleName; readonly outer: Stack | undefined; readonly state: State }
  | { readonly kind: "turn"; readonly loop: Action & { readonly kind: "loop" } };

/** The diagnosis ends here. */
class GiveUp {}

const epsilon = -2;
const maxSkipped = 256;

class Diagnosis {
  readonly #text: string;
  readonly #grammar: Grammar;
  readonly #maxRecoveries: number;
  readonly #maxDepth: number;
  readonly #issues: Issue[] = [];
  readonly #tokens: Token[] = [];
  readonly #stacks = new Stacks();
  readonly #predictor: Predictor;
  readonly #nextTokens = new Map<State, ReadonlySet<number>>();
  #at = 0;
  #depth = 0;
  #state: State;
  #stack: Stack | undefined;
  #recovering = false;
  #recoveries = 0;
  #lastErrorAt = -1;
  #lastErrorStates = new Set<State>();

  constructor(text: string, grammar: Grammar, maxRecoveries: number, maxDepth: number) {
    this.#text = text;
    this.#grammar = grammar;
    this.#predictor = new Predictor(grammar, this.#stacks);
    this.#maxRecoveries = maxRecoveries;
    this.#maxDepth = maxDepth;
    this.#state = this.#rule("start").start;
  }

  run(): readonly Issue[] {
    const lexer = new Lexer(this.#text);
    do {
      lexer.next();
      this.#tokens.push({ type: lexer.type, start: lexer.start, end: lexer.end });
    } while (lexer.type !== token.end);
    try {
      this.#read("start");
    } catch (fault) {
      if (!(fault instanceof GiveUp)) throw fault;
    }
    return [...lexer.issues, ...this.#issues];
  }

  #rule(name: RuleName): { readonly start: State; readonly action: Action } {
    const rule = this.#grammar.rules.get(name);
    if (rule === undefined) throw new GiveUp();
    return rule;
  }

  #token(distance = 0): Token {
    return this.#tokens[Math.min(this.#at + distance, this.#tokens.length - 1)] as Token;
  }

  #consume(): void {
    if (this.#token().type !== token.end) this.#at++;
  }

  #report(at: Token, message: string): void {
    this.#issues.push({ offset: at.start, message: `Syntax error: ${message}` });
  }

  #matched(): void {
    this.#recovering = false;
    this.#lastErrorAt = -1;
    this.#lastErrorStates.clear();
  }

  /** Reads a rule and what follows from it. The work is a list, not a recursion: sources may be deep. */
  #read(name: RuleName): void {
    const work: Work[] = [];
    this.#enter(work, name, undefined, this.#state);
    for (let item = work.pop(); item !== undefined; item = work.pop()) {
      try {
        this.#step(work, item);
      } catch (fault) {
        if (!(fault instanceof Mismatch)) throw fault;
        // what is left of the rule is given up, and its caller goes on
        while (work.at(-1)?.kind !== "leave") work.pop();
        this.#reportMismatch(fault);
        this.#recover();
      }
    }
  }

  #enter(work: Work[], name: RuleName, outer: Stack | undefined, state: State): void {
    // every way to nest without end leads through an expression
    if (name === "expr" && ++this.#depth > this.#maxDepth) {
      this.#issues.push({ offset: -1, message: `expression recursion limit exceeded: ${this.#maxDepth}` });
      throw new GiveUp();
    }
    work.push({ kind: "leave", name, outer, state }, this.#rule(name).action);
  }

  #step(work: Work[], item: Work): void {
    switch (item.kind) {
      case "leave":
        if (item.name === "expr") this.#depth--;
        this.#stack = item.outer;
        this.#state = item.state;
        return;
      case "tokens":
        this.#state = item.state;
        if (!item.tokens.has(this.#token().type)) return this.#recoverInline(item.next);
        this.#matched();
        return this.#consume();
      case "rule": {
        this.#state = item.state;
        const outer = this.#stack;
        this.#stack = this.#stacks.push(outer, item.follow, item.precedence);
        return this.#enter(work, item.rule, outer, item.state);
      }
      case "sequence":
        for (let i = item.actions.length - 1; i >= 0; i--) work.push(item.actions[i] as Action);
        return;
      case "choice": {
        const chosen = item.actions[this.#decide(item.state, item.state, item.lookahead, item.actions.length - 1)];
        if (chosen !== undefined) work.push(chosen);
        return;
      }
      case "loop":
        if (!item.atLeastOnce) return this.#turn(work, item, item.state);
        this.#state = item.state;
        this.#sync();
        work.push({ kind: "turn", loop: item }, item.body);
        return;
      case "turn":
        return this.#turn(work, item.loop, item.loop.back);
    }
  }

  #turn(work: Work[], loop: Action & { readonly kind: "loop" }, state: State): void {
    const decision = loop.atLeastOnce ? loop.back : loop.state;
    if (this.#decide(state, decision, loop.lookahead, 1) === 0) work.push({ kind: "turn", loop }, loop.body);
  }

  /** Which edge of a decision to take; `otherwise` is the empty one, taken where one token decides and does not fit. */
  #decide(state: State, decision: State, lookahead: "one" | "any", otherwise: number): number {
    this.#state = state;
    this.#sync();
    const alternatives = decision.edges.flatMap((edge) => (edge.kind === "epsilon" ? [edge.to] : []));
    if (lookahead === "one") {
      const type = this.#token().type;
      const chosen = alternatives.findIndex((start) => this.#next(start).has(type));
      return chosen < 0 ? otherwise : chosen;
    }
    const found = this.#predictor.predict(decision, alternatives, this.#stack, (distance) => this.#token(distance).type);
    if ("stuck" in found) throw new Mismatch(this.#token(found.stuck));
    return found.alternative;
  }

  /** The tokens that may come next within the rule; with epsilon where the rule may end. */
  #next(state: State): ReadonlySet<number> {
    const known = this.#nextTokens.get(state);
    if (known !== undefined) return known;
    const found = new Set<number>();
    const seen = new Set<State>();
    const work = [state];
    for (let at = work.pop(); at !== undefined; at = work.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      if (at.stop) found.add(epsilon);
      for (const edge of at.edges) {
        if (edge.kind === "tokens") for (const type of edge.tokens) found.add(type);
        else if (edge.kind === "rule") {
          // no rule of the grammar may be empty
          for (const type of this.#next(this.#rule(edge.rule).start)) found.add(type);
        } else work.push(edge.to);
      }
    }
    this.#nextTokens.set(state, found);
    return found;
  }

  /** The tokens that may come next, wherever the rules being read go on. */
  #expected(state: State): ReadonlySet<number> {
    const found = new Set(this.#next(state));
    for (let stack = this.#stack; stack !== undefined && found.has(epsilon); stack = stack.parent) {
      found.delete(epsilon);
      for (const type of this.#next(stack.follow)) found.add(type);
    }
    if (found.delete(epsilon)) found.add(token.end);
    return found;
  }

  #recoverySet(): Set<number> {
    const found = new Set<number>();
    for (let stack = this.#stack; stack !== undefined; stack = stack.parent) {
      for (const type of this.#next(stack.follow)) found.add(type);
    }
    found.delete(epsilon);
    return found;
  }

  /** Before a decision: a token that cannot start anything is dropped if what comes after it can. */
  #sync(): void {
    if (this.#recovering) return;
    const next = this.#next(this.#state);
    if (next.has(epsilon) || next.has(this.#token().type)) return;
    if (this.#state.kind === "loopBack") {
      this.#reportUnwanted();
      this.#skipTo(new Set([...this.#expected(this.#state), ...this.#recoverySet()]));
      return;
    }
    if (!this.#deleteOne()) throw new Mismatch();
  }

  #deleteOne(): boolean {
    if (!this.#expected(this.#state).has(this.#token(1).type)) return false;
    this.#reportUnwanted();
    this.#consume();
    this.#matched();
    return true;
  }

  #recoverInline(next: State): void {
    this.#countRecovery();
    if (this.#deleteOne()) return this.#consume();
    if (!this.#expected(next).has(this.#token().type)) throw new Mismatch();
    if (this.#recovering) return;
    this.#recovering = true;
    this.#report(this.#token(), `missing ${showTokens(this.#expected(this.#state))} at ${this.#show(this.#token())}`);
  }

  #recover(): void {
    this.#countRecovery();
    if (this.#lastErrorAt === this.#at && this.#lastErrorStates.has(this.#state)) this.#consume();
    this.#lastErrorAt = this.#at;
    this.#lastErrorStates.add(this.#state);
    this.#skipTo(this.#recoverySet());
  }

  #countRecovery(): void {
    if (this.#recoveries++ < this.#maxRecoveries) return;
    this.#report(this.#token(), `error recovery attempt limit exceeded: ${this.#maxRecoveries}`);
    throw new GiveUp();
  }

  #skipTo(wanted: ReadonlySet<number>): void {
    for (let skipped = 0; this.#token().type !== token.end && !wanted.has(this.#token().type); skipped++) {
      if (skipped === maxSkipped) {
        this.#issues.push({ offset: -1, message: `error recovery token lookahead limit exceeded: ${maxSkipped}` });
        throw new GiveUp();
      }
      this.#consume();
    }
  }

  #reportUnwanted(): void {
    if (this.#recovering) return;
    this.#recovering = true;
    this.#report(this.#token(), `extraneous input ${this.#show(this.#token())} expecting ${showTokens(this.#expected(this.#state))}`);
  }

  #reportMismatch(fault: Mismatch): void {
    if (this.#recovering) return;
    this.#recovering = true;
    const { stuck } = fault;
    if (stuck === undefined) {
      this.#report(this.#token(), `mismatched input ${this.#show(this.#token())} expecting ${showTokens(this.#expected(this.#state))}`);
      return;
    }
    const first = this.#token();
    const input = first.type === token.end ? "<EOF>" : this.#textOf(first, stuck);
    const word = /^\.\s*(true|false|null)$/.exec(input)?.[1];
    this.#report(
      stuck,
      word === undefined ? `no viable alternative at input '${escapeSpace(input)}'` : `mismatched input '${word}' expecting IDENTIFIER`,
    );
  }

  /** The text of the tokens from one to another with the space between them, but without what was no token. */
  #textOf(first: Token, last: Token): string {
    let text = "";
    let end = first.start;
    for (const each of this.#tokens) {
      if (each.start < first.start || each.start > last.start) continue;
      text += this.#text.slice(end, each.start).replace(/\S+/g, "") + this.#text.slice(each.start, each.end);
      end = each.end;
    }
    return last.type === token.end ? text.trimEnd() : text;
  }

  #show(at: Token): string {
    return at.type === token.end ? "'<EOF>'" : `'${escapeSpace(this.#text.slice(at.start, at.end))}'`;
  }
}

function showTokens(types: ReadonlySet<number>): string {
  // the end of the input has the lowest number in the original
  const sorted = [...types].sort((a, b) => (a === token.end ? -1 : a) - (b === token.end ? -1 : b));
  const names = sorted.map((type) => tokenNames[type] ?? "");
  return names.length === 1 ? (names[0] ?? "") : `{${names.join(", ")}}`;
}
