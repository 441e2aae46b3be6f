// Loaded into a measured server beside its own code (node --import): answers its parent's questions about the process.
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: (user + system) / 1e6, rss: process.memoryUsage.rss() });
});
process.on("disconnect", () => process.exit());
// The parent's questions alone must not keep a server alive that wants to end.
process.channel?.unref();
