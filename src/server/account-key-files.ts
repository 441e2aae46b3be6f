import { createPrivateKey, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { publicKeysIn, signingKey } from "../authentication/jwt.ts";
import { accountKeys, generateAccountKey, type AccountKeys, type AccountKeySource } from "../authentication/service-account/keys.ts";
import { errorText } from "../object/error-text.ts";
import { StartupError } from "../object/startup-error.ts";
import { prepareDirectory, readFileIfThere, writeFileAtomically } from "./data-dir.ts";
import type { OpenFile } from "./reloaded-file.ts";

interface AccountKeyFiles {
  /** Where a key is kept that is made here. */
  readonly directory: string;
  /** [--service-account-signing-key-file]; "" for one of our own. */
  readonly signingKeyFile: string;
  /** [--service-account-key-file] */
  readonly keyFiles: readonly string[];
  readonly file: OpenFile;
}

interface PreparedKeys {
  readonly source: AccountKeySource;
  /** Resolves when no key is being made and written, be it in vain. */
  settled(): Promise<void>;
}

/**
 * The keys of service account tokens, as the files are now. A key of our own is made when it is first asked for, and is on
 * disk before anything is signed with it. Errors: StartupError for a file that cannot be read or used.
 */
export async function accountKeyFiles({ directory, signingKeyFile, keyFiles, file }: AccountKeyFiles): Promise<PreparedKeys> {
  const others = await Promise.all(keyFiles.map((path) => file("service-account-key-file", path, publicKeysIn)));
  const together = (key: KeyObject): AccountKeys => {
    const keys = accountKeys(
      key,
      others.flatMap(({ current }) => current),
    );
    if (keys !== undefined) return keys;
    throw new Error(UNUSABLE);
  };
  /** The same keys as long as no file has changed. */
  let known: { readonly keys: AccountKeys; readonly of: readonly unknown[] } | undefined;
  const current = (key: KeyObject): AccountKeys => {
    const of = [key, ...others.map((each) => each.current)];
    if (known === undefined || of.some((one, i) => one !== known?.of[i])) known = { keys: together(key), of };
    return known.keys;
  };
  if (signingKeyFile !== "") {
    const signing = await file("service-account-signing-key-file", signingKeyFile, signingKeyIn);
    return { source: () => current(signing.current), settled: async () => {} };
  }
  const path = join(directory, "sa.key");
  const kept = await readFileIfThere(path);
  let own = kept === undefined ? undefined : readOwnKey(kept, path);
  let making: Promise<AccountKeys> | undefined;
  const make = async (): Promise<AccountKeys> => {
    const key = await generateAccountKey();
    await prepareDirectory(directory);
    await writeFileAtomically(path, key.export({ type: "pkcs8", format: "pem" }).toString(), 0o600);
    return current((own = key));
  };
  return {
    source: () => (own === undefined ? (making ??= make().finally(() => (making = undefined))) : current(own)),
    settled: async () => void (await making?.catch(() => undefined)),
  };
}

const UNUSABLE = "it holds no RSA key and none on the curves P-256, P-384, P-521";

/** Errors: Error for a text that is no private key to sign tokens with. */
function signingKeyIn(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (signingKey(key) === undefined) throw new Error(UNUSABLE);
  return key;
}

function readOwnKey(pem: string, path: string): KeyObject {
  try {
    return signingKeyIn(pem);
  } catch (error) {
    throw new StartupError(
      `${path} has no private key that can be used: ${errorText(error)}`,
      "give one in PEM, without a passphrase",
      error,
    );
  }
}
