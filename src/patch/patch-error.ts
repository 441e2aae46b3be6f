/** A patch that cannot be applied; `message` is the original's. What Status it becomes is the caller's to say. */
export class PatchError extends Error {
  readonly kind: PatchErrorKind;

  constructor(message: string, kind: PatchErrorKind = "unprocessable") {
    super(message);
    this.kind = kind;
  }
}

/**
 * How a fault is answered: `unprocessable` is 422 without a reason why, `bad` is 400 with the message, `plain` 500 with
 * the message, as the original answers errors that it does not classify.
 */
type PatchErrorKind = "unprocessable" | "bad" | "plain";
