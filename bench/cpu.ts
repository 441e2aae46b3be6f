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
    const used = process.cpuUsage(start);
    best = Math.min(best, (used.user + used.system) / calls);
  }
  return best;
}
