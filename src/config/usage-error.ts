/** A command line that cannot be followed. Its message is one line that says which flag and why; the command ends with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
