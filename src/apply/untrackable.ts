/**
 * An object whose parts cannot be told apart, such as a list of type map with an item that has none of its keys. Never
 * leaves this room: a write keeps the owners it found, an apply answers with the message.
 */
export class UntrackableError extends Error {
  /** It is so in another version than that of the write: then nobody's fields can be told any more. */
  readonly elsewhere: boolean;

  constructor(message: string, elsewhere = false) {
    super(message);
    this.name = "UntrackableError";
    this.elsewhere = elsewhere;
  }
}
