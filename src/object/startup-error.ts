/** A fault that keeps a server from starting and that its user can mend: what and where, and what to do. The command ends with 1. */
export class StartupError extends Error {
  override readonly name = "StartupError";
  /** What the user can do: an imperative sentence without a full stop. */
  readonly advice: string;

  constructor(what: string, advice: string, cause?: unknown) {
    super(what, cause === undefined ? undefined : { cause });
    this.advice = advice;
  }
}
