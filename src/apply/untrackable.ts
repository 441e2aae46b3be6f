/**
 * An object whose parts cannot be told apart, such as a list of type map with an item that has none of its keys. Never
 * leaves this room: a write keeps the owners it found, an apply answers with the message.
 */
export class UntrackableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UntrackableError";
  }
}
