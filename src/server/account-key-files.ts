import { createPrivateKey, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { publicKeysIn } from "../authentication/jwt.ts";
import { accountKeys, generateAccountKey, type AccountKeys, type AccountKeySource } from "../authentication/service-account/keys.ts";
import { StartupError } from "../object/startup-error.ts";
import { prepareDirectory, readFileIfThere, readFlagFile, writeFileAtomically } from "./data-dir.ts";

export interface AccountKeyFiles {
  /** Where a key is kept that is made here. */
  readonly directory: string;
  /** [--service-account-signing-key-file]; "" for one of our own. */
  readonly signingKeyFile: string;
  /** [--service-account-key-file] */
  readonly keyFiles: readonly string[];
}

export interface PreparedKeys {
  readonly source: AccountKeySource;
  /** Resolves when no key is being made and written, be it in vain. */
  settled(): Promise<void>;
}

/**
 * The keys of service account tokens. Files are read now; a key of our own is made when it is first asked for, and is on
 * disk before anything is signed with it. Errors: StartupError for a file that cannot be read or used.
 */
export async function accountKeyFiles({ directory, signingKeyFile, keyFiles }: AccountKeyFiles): Promise<PreparedKeys> {
  const others = (await Promise.all(keyFiles.map(readPublicKeys))).flat();
  const together = (key: KeyObject, path: string): AccountKeys => {
    const keys = accountKeys(key, others);
    if (keys !== undefined) return keys;
    throw new StartupError(
      `${path} holds no RSA key and none on the curves P-256, P-384, P-521`,
      "give a key that tokens can be signed with",
    );
  };
  if (signingKeyFile !== "") {
    const keys = together(readKey(await readFlagFile("service-account-signing-key-file", signingKeyFile), signingKeyFile), signingKeyFile);
    return { source: () => keys, settled: async () => {} };
  }
  const path = join(directory, "sa.key");
  const kept = await readFileIfThere(path);
  let keys = kept === undefined ? undefined : together(readKey(kept, path), path);
  let making: Promise<AccountKeys> | undefined;
  const make = async (): Promise<AccountKeys> => {
    const key = await generateAccountKey();
    await prepareDirectory(directory);
    await writeFileAtomically(path, key.export({ type: "pkcs8", format: "pem" }).toString(), 0o600);
    return (keys = together(key, path));
  };
  return {
    source: () => keys ?? (making ??= make().finally(() => (making = undefined))),
    settled: async () => void (await making?.catch(() => undefined)),
  };
}

async function readPublicKeys(path: string): Promise<KeyObject[]> {
  const text = await readFlagFile("service-account-key-file", path);
  try {
    return publicKeysIn(text);
  } catch (error) {
    throw new StartupError(`--service-account-key-file: ${path} has no key that can be read`, "give public or private keys in PEM", error);
  }
}

function readKey(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new StartupError(`${path} has no private key that can be read`, "give one in PEM, without a passphrase", error);
  }
}
