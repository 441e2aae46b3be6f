/**
 * Does some work now and, where it fails, every so often until it succeeds once or is disposed of; that waits for a run
 * under way. Resolves after the first run; `onFailure` is told of every one that did not work.
 */
export async function untilDone(work: () => Promise<void>, retryMs: number, onFailure: (error: unknown) => void): Promise<AsyncDisposable> {
  let timer: NodeJS.Timeout | undefined;
  let disposed = false;
  let running: Promise<void> = Promise.resolve();
  const run = (): Promise<void> => {
    running = work().catch((error: unknown) => {
      onFailure(error);
      if (!disposed) timer = setTimeout(() => void run(), retryMs).unref();
    });
    return running;
  };
  await run();
  return {
    async [Symbol.asyncDispose]() {
      disposed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
