let watch: { ended: boolean; longest: number } | undefined;

/** Milliseconds of CPU of the process: more than the loop took, by what its helpers took beside it, but nothing of other processes'. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Looks at the clock in every turn of the loop until the watch has ended. */
function watchTurns(): { ended: boolean; longest: number } {
  const state = { ended: false, longest: 0 };
  let last = cpuMs();
  const look = (): void => {
    const now = cpuMs();
    state.longest = Math.max(state.longest, now - last);
    last = now;
    if (!state.ended) setImmediate(look);
  };
  setImmediate(look);
  return state;
}

// Loaded into a measured server beside its own code (node --import): answers its parent's questions about the process.
process.on("message", (question) => {
  if (question === "watch turns") watch = watchTurns();
  if (question === "longest turn" && watch !== undefined) watch.ended = true;
  process.send?.({ cpu: cpuMs() / 1000, rss: process.memoryUsage.rss(), longest: watch?.longest ?? 0 });
});
process.on("disconnect", () => process.exit());
// The parent's questions alone must not keep a server alive that wants to end.
process.channel?.unref();
