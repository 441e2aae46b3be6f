import { isIrregular } from "./key-order.ts";
import { StorageError } from "./storage.ts";
import type { Operation } from "./storage.ts";

/** The longest key that every store can hold, in UTF-8 bytes. */
const longestKey = 1968;
/** The largest value, in bytes: well above the 3 MiB that kube-apiserver accepts in a request. */
const largestValue = 16 * 1024 * 1024;
const loneSurrogate = /\p{Surrogate}/u;

/** Checks what no store could take, and gives the bytes that will be put. Errors: StorageError "tooLarge"; TypeError. */
export function checkOperations(operations: readonly Operation[]): number {
  if (operations.length > 1 && new Set(operations.map(({ key }) => key)).size < operations.length) {
    throw new TypeError("a transaction has two operations on one key");
  }
  let bytes = 0;
  for (const operation of operations) {
    checkKey(operation.key);
    if (operation.type === "delete") continue;
    const { length } = operation.value;
    if (length > largestValue) {
      throw new StorageError("tooLarge", `a value of ${length} bytes is larger than ${largestValue}`);
    }
    bytes += length + operation.key.length;
  }
  return bytes;
}

function checkKey(key: string): void {
  if (key === "" || (isIrregular(key) && loneSurrogate.test(key))) throw new TypeError("a key is well-formed text and not empty");
  if (key.length * 3 <= longestKey) return;
  // A zero byte takes two where the store escapes it.
  const bytes = Buffer.byteLength(key) + key.split("\0").length - 1;
  if (bytes > longestKey) throw new StorageError("tooLarge", `a key of ${bytes} bytes is longer than ${longestKey}`);
}
