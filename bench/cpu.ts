const rounds = 8;
const roundMs = 300;

/** Microseconds of CPU that a call takes in this process: the best of a few rounds. */
export function cpuMicroseconds(run: () => void): number {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const end = performance.now() + roundMs;
    let calls = 0;
    const start = process.cpuUsage();
    while (performance.now() < end) {
      for (let i = 0; i < 50; i++) run();
      calls += 50;
    }
    best = Math.min(best, cpuSince(start) / calls);
  }
  return best;
}

/** Microseconds of CPU that this process has taken since `start`, which it told then. */
export function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
