import { token } from "./lexer.ts";

/**
 * The grammar as a graph of states, as the generator of the original's parser builds it: which token is reported where,
 * and as what, follows from its shape. Only sources that do not parse are read with it.
 */
export interface State {
  readonly id: number;
  readonly kind: "basic" | "block" | "loopEntry" | "loopBack";
  readonly edges: Edge[];
  /** A rule ends here. */
  stop: boolean;
}

type Edge =
  | { readonly kind: "epsilon"; readonly to: State }
  | { readonly kind: "tokens"; readonly tokens: ReadonlySet<number>; readonly to: State }
  | { readonly kind: "rule"; readonly rule: RuleName; readonly precedence: number; readonly follow: State }
  | { readonly kind: "precedence"; readonly precedence: number; readonly to: State };

/** The rules of the grammar. */
export type RuleName =
  | "start"
  | "expr"
  | "conditionalOr"
  | "conditionalAnd"
  | "relation"
  | "calc"
  | "unary"
  | "member"
  | "primary"
  | "exprList"
  | "listInit"
  | "fieldInitializerList"
  | "optField"
  | "mapInitializerList"
  | "escapeIdent"
  | "optExpr"
  | "literal";

/** What the interpreter does: each step with the state that it is in meanwhile. */
export type Action =
  | { readonly kind: "tokens"; readonly state: State; readonly tokens: ReadonlySet<number>; readonly next: State }
  | { readonly kind: "rule"; readonly state: State; readonly rule: RuleName; readonly precedence: number; readonly follow: State }
  | { readonly kind: "sequence"; readonly actions: readonly Action[] }
  | { readonly kind: "choice"; readonly state: State; readonly actions: readonly Action[]; readonly lookahead: Lookahead }
  | {
      readonly kind: "loop";
      readonly state: State;
      readonly back: State;
      readonly body: Action;
      readonly atLeastOnce: boolean;
      readonly lookahead: Lookahead;
    };

/** Whether one token decides, or as many as it takes. */
type Lookahead = "one" | "any";

/** Each rule: where it starts in the graph, and what reading it does. */
export interface Grammar {
  readonly rules: ReadonlyMap<RuleName, { readonly start: State; readonly action: Action }>;
}

type Piece =
  | { readonly kind: "tokens"; readonly tokens: readonly number[] }
  | { readonly kind: "rule"; readonly rule: RuleName; readonly precedence: number }
  | { readonly kind: "sequence"; readonly pieces: readonly Piece[]; readonly precedence?: number }
  | { readonly kind: "choice"; readonly pieces: readonly Piece[]; readonly lookahead: Lookahead }
  | { readonly kind: "repeat"; readonly piece: Piece; readonly atLeastOnce: boolean; readonly lookahead: Lookahead };

const is = (...tokens: number[]): Piece => ({ kind: "tokens", tokens });
const rule = (name: RuleName, precedence = 0): Piece => ({ kind: "rule", rule: name, precedence });
const sequence = (...pieces: Piece[]): Piece => ({ kind: "sequence", pieces });
const binding = (precedence: number, ...pieces: Piece[]): Piece => ({ kind: "sequence", pieces, precedence });
const choice = (lookahead: Lookahead, ...pieces: Piece[]): Piece => ({ kind: "choice", pieces, lookahead });
const maybe = (...pieces: Piece[]): Piece => choice("one", sequence(...pieces), sequence());
const repeat = (lookahead: Lookahead, ...pieces: Piece[]): Piece => ({
  kind: "repeat",
  piece: sequence(...pieces),
  atLeastOnce: false,
  lookahead,
});
const some = (lookahead: Lookahead, ...pieces: Piece[]): Piece => ({
  kind: "repeat",
  piece: sequence(...pieces),
  atLeastOnce: true,
  lookahead,
});

const k = token;

const text: Readonly<Record<RuleName, Piece>> = {
  start: sequence(rule("expr"), is(k.end)),
  expr: sequence(rule("conditionalOr"), maybe(is(k.question), rule("conditionalOr"), is(k.colon), rule("expr"))),
  conditionalOr: sequence(rule("conditionalAnd"), repeat("one", is(k.or), rule("conditionalAnd"))),
  conditionalAnd: sequence(rule("relation"), repeat("one", is(k.and), rule("relation"))),
  relation: sequence(
    rule("calc"),
    repeat("any", binding(1, is(k.less, k.lessEquals, k.greaterEquals, k.greater, k.equals, k.notEquals, k.in), rule("relation", 2))),
  ),
  calc: sequence(
    rule("unary"),
    repeat(
      "any",
      choice("any", binding(2, is(k.star, k.slash, k.percent), rule("calc", 3)), binding(1, is(k.plus, k.minus), rule("calc", 2))),
    ),
  ),
  unary: choice(
    "any",
    rule("member"),
    sequence(some("one", is(k.not)), rule("member")),
    sequence(some("any", is(k.minus)), rule("member")),
  ),
  member: sequence(
    rule("primary"),
    repeat(
      "any",
      choice(
        "any",
        binding(3, is(k.dot), maybe(is(k.question)), rule("escapeIdent")),
        binding(2, is(k.dot), is(k.identifier), is(k.leftParen), maybe(rule("exprList")), is(k.rightParen)),
        binding(1, is(k.leftBracket), maybe(is(k.question)), rule("expr"), is(k.rightBracket)),
      ),
    ),
  ),
  primary: choice(
    "any",
    sequence(maybe(is(k.dot)), is(k.identifier)),
    sequence(maybe(is(k.dot)), is(k.identifier), is(k.leftParen), maybe(rule("exprList")), is(k.rightParen)),
    sequence(is(k.leftParen), rule("expr"), is(k.rightParen)),
    sequence(is(k.leftBracket), maybe(rule("listInit")), maybe(is(k.comma)), is(k.rightBracket)),
    sequence(is(k.leftBrace), maybe(rule("mapInitializerList")), maybe(is(k.comma)), is(k.rightBrace)),
    sequence(
      maybe(is(k.dot)),
      is(k.identifier),
      repeat("one", is(k.dot), is(k.identifier)),
      is(k.leftBrace),
      maybe(rule("fieldInitializerList")),
      maybe(is(k.comma)),
      is(k.rightBrace),
    ),
    rule("literal"),
  ),
  exprList: sequence(rule("expr"), repeat("one", is(k.comma), rule("expr"))),
  listInit: sequence(rule("optExpr"), repeat("any", is(k.comma), rule("optExpr"))),
  fieldInitializerList: sequence(
    rule("optField"),
    is(k.colon),
    rule("expr"),
    repeat("any", is(k.comma), rule("optField"), is(k.colon), rule("expr")),
  ),
  optField: sequence(maybe(is(k.question)), rule("escapeIdent")),
  mapInitializerList: sequence(
    rule("optExpr"),
    is(k.colon),
    rule("expr"),
    repeat("any", is(k.comma), rule("optExpr"), is(k.colon), rule("expr")),
  ),
  escapeIdent: choice("one", is(k.identifier), is(k.quotedIdentifier)),
  optExpr: sequence(maybe(is(k.question)), rule("expr")),
  literal: choice(
    "any",
    sequence(maybe(is(k.minus)), is(k.int)),
    sequence(maybe(is(k.minus)), is(k.uint)),
    sequence(maybe(is(k.minus)), is(k.float)),
    is(k.string),
    is(k.bytes),
    is(k.true),
    is(k.false),
    is(k.null),
  ),
};

/** Builds the graph. */
export function buildGrammar(): Grammar {
  let count = 0;
  const make = (kind: State["kind"] = "basic"): State => ({ id: count++, kind, edges: [], stop: false });
  const link = (from: State, to: State): void => void from.edges.push({ kind: "epsilon", to });

  const build = (piece: Piece, from: State, to: State): Action => {
    switch (piece.kind) {
      case "tokens": {
        const state = make();
        const tokens = new Set(piece.tokens);
        link(from, state);
        state.edges.push({ kind: "tokens", tokens, to });
        return { kind: "tokens", state, tokens, next: to };
      }
      case "rule": {
        const state = make();
        link(from, state);
        const edge = { kind: "rule", rule: piece.rule, precedence: piece.precedence, follow: to } as const;
        state.edges.push(edge);
        return { ...edge, state };
      }
      case "sequence": {
        let at = from;
        if (piece.precedence !== undefined) {
          const guarded = make();
          at.edges.push({ kind: "precedence", precedence: piece.precedence, to: guarded });
          at = guarded;
        }
        const actions: Action[] = [];
        piece.pieces.forEach((part, i) => {
          const next = i === piece.pieces.length - 1 ? to : make();
          actions.push(build(part, at, next));
          at = next;
        });
        if (piece.pieces.length === 0) link(at, to);
        return { kind: "sequence", actions };
      }
      case "choice": {
        const state = make("block");
        link(from, state);
        const actions = piece.pieces.map((part) => {
          const start = make();
          link(state, start);
          return build(part, start, to);
        });
        return { kind: "choice", state, actions, lookahead: piece.lookahead };
      }
      case "repeat": {
        const entry = make(piece.atLeastOnce ? "block" : "loopEntry");
        const back = make("loopBack");
        const start = make();
        link(from, entry);
        link(entry, start);
        if (piece.atLeastOnce) link(back, start);
        else {
          link(entry, to);
          link(back, entry);
        }
        const body = build(piece.piece, start, back);
        if (piece.atLeastOnce) link(back, to);
        return { kind: "loop", state: entry, back, body, atLeastOnce: piece.atLeastOnce, lookahead: piece.lookahead };
      }
    }
  };

  const rules = new Map<RuleName, { readonly start: State; readonly action: Action }>();
  for (const [name, piece] of Object.entries(text) as [RuleName, Piece][]) {
    const start = make();
    const stop = make();
    stop.stop = true;
    rules.set(name, { start, action: build(piece, start, stop) });
  }
  return { rules };
}
