/**
 * Does some work now and every so often, one run at a time, until it is disposed of; that waits for a run under way.
 * Resolves after the first run, whether it worked or not; `onFailure` is told of those that did not.
 */
export async function periodically(
  work: () => Promise<void>,
  intervalMs: number,
  onFailure: (error: unknown) => void,
): Promise<AsyncDisposable> {
  let running: Promise<void> | undefined;
  const run = (): Promise<void> =>
    (running ??= work()
      .catch(onFailure)
      .finally(() => (running = undefined)));
  await run();
  const timer = setInterval(() => void run(), intervalMs).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}
