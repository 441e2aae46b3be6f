/** A clock of the system that is off by more than this was set, or the machine slept. */
const OFF_MS = 2;

/** Milliseconds since the epoch with fractions, from a clock that counts whole ones and a counter that counts parts. */
export function microClock(wall: () => number, counter: () => number): () => number {
  let offset = wall() - counter();
  return () => {
    const now = wall();
    const fine = offset + counter();
    if (Math.abs(fine - now) <= OFF_MS) return fine;
    offset = now - counter();
    return now;
  };
}
