import { token } from "./lexer.ts";
import type { Grammar, State } from "./syntax-grammar.ts";

/** The rules that are being read, innermost first: where each will go on, and how tightly it binds. */
export interface Stack {
  readonly id: number;
  readonly follow: State;
  readonly precedence: number;
  readonly parent: Stack | undefined;
  readonly depth: number;
}

/** Makes stacks, equal ones only once, so that they compare by identity. */
export class Stacks {
  readonly #known = new Map<string, Stack>();

  push(parent: Stack | undefined, follow: State, precedence: number): Stack {
    const key = `${parent?.id ?? -1}/${follow.id}/${precedence}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const stack = { id: this.#known.size, follow, precedence, parent, depth: (parent?.depth ?? 0) + 1 };
    this.#known.set(key, stack);
    return stack;
  }
}

interface Config {
  readonly state: State;
  readonly stack: Stack | undefined;
  readonly alternative: number;
}

const maxLookahead = 1000;
const maxRemembered = 3;

/** The alternative to take, or how many tokens ahead nothing fits any more. */
type Prediction = { readonly alternative: number } | { readonly stuck: number };

/** Decides between alternatives by following all of them at once through the tokens ahead, until one is left. */
export class Predictor {
  readonly #grammar: Grammar;
  readonly #stacks: Stacks;
  /** What the first tokens have decided, by decision, stack and those tokens: lists are long and all alike. */
  readonly #decided = new Map<string, Prediction>();

  constructor(grammar: Grammar, stacks: Stacks) {
    this.#grammar = grammar;
    this.#stacks = stacks;
  }

  predict(decision: State, alternatives: readonly State[], stack: Stack | undefined, ahead: (distance: number) => number): Prediction {
    let key = `${decision.id}/${stack?.id ?? -1}`;
    const keys: string[] = [];
    for (let i = 0; i < maxRemembered; i++) {
      key = `${key}/${ahead(i)}`;
      const known = this.#decided.get(key);
      if (known !== undefined) return known;
      keys.push(key);
    }
    const { prediction, distance } = this.#follow(alternatives, stack, ahead);
    const decided = keys[distance];
    if (decided !== undefined) this.#decided.set(decided, prediction);
    return prediction;
  }

  #follow(
    alternatives: readonly State[],
    stack: Stack | undefined,
    ahead: (distance: number) => number,
  ): { readonly prediction: Prediction; readonly distance: number } {
    const depth = stack?.depth ?? 0;
    const start = alternatives.map((state, alternative) => ({ state, stack, alternative }));
    let configs: readonly Config[] = close(this.#grammar, this.#stacks, start, stack?.precedence ?? 0);
    for (let distance = 0; distance < maxLookahead; distance++) {
      const next = ahead(distance);
      const moved = configs.flatMap(({ state, stack: at, alternative }) =>
        state.edges.flatMap((edge) =>
          edge.kind === "tokens" && edge.tokens.has(next) ? [{ state: edge.to, stack: at, alternative }] : [],
        ),
      );
      if (moved.length === 0) {
        const finished = configs.filter((config) => (config.stack?.depth ?? 0) < depth).map((config) => config.alternative);
        const prediction = finished.length > 0 ? { alternative: Math.min(...finished) } : { stuck: distance };
        return { prediction, distance };
      }
      const left = new Set(moved.map((config) => config.alternative));
      const first = Math.min(...left);
      if (left.size === 1 || next === token.end) return { prediction: { alternative: first }, distance };
      configs = close(this.#grammar, this.#stacks, moved, undefined);
      if (ambiguous(configs, left)) return { prediction: { alternative: first }, distance };
    }
    return { prediction: { alternative: Math.min(...configs.map((config) => config.alternative)) }, distance: maxLookahead };
  }
}

/** Whether all alternatives that are left have come to the same places, so that no further token tells them apart. */
function ambiguous(configs: readonly Config[], alternatives: ReadonlySet<number>): boolean {
  const places = new Map<string, number>();
  for (const { state, stack } of configs) {
    const key = `${state.id}/${stack?.id ?? -1}`;
    places.set(key, (places.get(key) ?? 0) + 1);
  }
  for (const count of places.values()) if (count < alternatives.size) return false;
  return true;
}

/** Everything that can be reached without a token. `precedence` is that of the deciding rule, at the start only. */
function close(grammar: Grammar, stacks: Stacks, from: readonly Config[], precedence: number | undefined): Config[] {
  const seen = new Set<string>();
  const found: Config[] = [];
  const work: { readonly config: Config; readonly outer: boolean }[] = from.map((config) => ({ config, outer: true }));
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    const { config, outer } = item;
    const { state, stack, alternative } = config;
    const key = `${state.id}/${stack?.id ?? -1}/${alternative}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (state.stop && stack !== undefined) {
      work.push({ config: { state: stack.follow, stack: stack.parent, alternative }, outer: false });
      continue;
    }
    found.push(config);
    for (const edge of state.edges) {
      if (edge.kind === "epsilon") work.push({ config: { state: edge.to, stack, alternative }, outer });
      if (edge.kind === "precedence" && (!outer || precedence === undefined || edge.precedence >= precedence)) {
        work.push({ config: { state: edge.to, stack, alternative }, outer });
      }
      if (edge.kind === "rule") {
        const rule = grammar.rules.get(edge.rule);
        if (rule === undefined) continue;
        const inner = stacks.push(stack, edge.follow, edge.precedence);
        work.push({ config: { state: rule.start, stack: inner, alternative }, outer: false });
      }
    }
  }
  return found;
}
