/** Numbers from 0 to 1, always the same for a seed (a linear congruential generator). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}
