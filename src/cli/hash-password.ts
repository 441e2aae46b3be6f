import { hashPassword } from "../authentication/password-hash.ts";
import { UsageError } from "../config/usage-error.ts";
import type { Terminal } from "./command.ts";

/** The longest password that is taken, in bytes: a whole file by mistake is none. */
const LONGEST = 1024;

/**
 * `binnacle hash-password`: reads a password from standard input, never from the command line, where others would see
 * it, and writes its hash as --basic-auth-file wants it.
 */
export async function printPasswordHash(args: readonly string[], { stdin, stdout, stderr }: Terminal): Promise<number> {
  if (args.length > 0) throw new UsageError("hash-password takes no arguments: it reads the password from standard input");
  if (stdin.isTTY === true) stderr.write("password (it will be shown): ");
  let text = "";
  for await (const piece of stdin) {
    text += String(piece);
    if (text.includes("\n") || text.length > LONGEST) break;
  }
  const password = text.split(/\r?\n/)[0] as string;
  if (password === "") throw new UsageError("hash-password: there was no password on standard input");
  if (Buffer.byteLength(password) > LONGEST) throw new UsageError(`hash-password: a password can have ${LONGEST} bytes`);
  stdout.write(`${await hashPassword(password)}\n`);
  return 0;
}
