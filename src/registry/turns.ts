/** Milliseconds of a long loop after which other requests get their turn. */
const TURN_MS = 3;

/**
 * A function to call in a long loop, and to await what it gives: it lets other requests run once the loop has had its
 * turn. The clock is read once in `every` calls.
 */
export function turns(every = 1): () => Promise<void> | undefined {
  let start = performance.now();
  let calls = 0;
  return () => {
    if (++calls % every !== 0 || performance.now() - start < TURN_MS) return undefined;
    return new Promise((resume) =>
      setImmediate(() => {
        start = performance.now();
        resume();
      }),
    );
  };
}
