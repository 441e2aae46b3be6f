import { copyJson, equalJson } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";

/**
 * The two passes of mutation: where a webhook or policy changed the object, all plugins run a second time, and of the
 * webhooks and policies those that wish to see what others made of their work (reinvocationPolicy IfNeeded).
 */
export class Reinvocation {
  readonly #rounds = new Map<string, ReinvocationOf>();
  #pass = 0;
  #wanted = false;

  /** 0 at first, 1 the second time. */
  get pass(): number {
    return this.#pass;
  }

  /** There is to be a second pass. */
  want(): void {
    this.#wanted = true;
  }

  /** Begins the second pass if one is wanted; there is no third. */
  nextPass(): boolean {
    return this.#wanted && this.#pass++ === 0;
  }

  /** What one plugin remembers from one pass to the next. */
  of(plugin: string): ReinvocationOf {
    let found = this.#rounds.get(plugin);
    if (found === undefined) this.#rounds.set(plugin, (found = new ReinvocationOf(this)));
    return found;
  }
}

/** One plugin's hooks in both passes, by a key for each. */
export class ReinvocationOf {
  readonly #whole: Reinvocation;
  #lastOutput: KubeObject | undefined;
  readonly #called = new Set<string>();
  readonly #again = new Set<string>();

  constructor(whole: Reinvocation) {
    this.#whole = whole;
  }

  /** Begins a pass: what others changed since calls for all that were called before. */
  begin(object: KubeObject | undefined): void {
    if (this.#whole.pass > 0 && !equalJson(this.#lastOutput, object)) this.#recall();
  }

  /** Whether a hook is called in this pass; in the second pass none is called for the first time. */
  calls(key: string): boolean {
    return this.#whole.pass === 0 || this.#again.has(key);
  }

  /** A hook has changed the object. */
  changed(): void {
    this.#recall();
    this.#whole.want();
  }

  /** A hook was called that wants to be called again when the object changes after it. */
  called(key: string): void {
    this.#called.add(key);
  }

  end(object: KubeObject | undefined): void {
    this.#lastOutput = object === undefined ? undefined : copyJson(object);
  }

  #recall(): void {
    for (const key of this.#called) this.#again.add(key);
    this.#called.clear();
  }
}
