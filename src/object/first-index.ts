/**
 * The first index from `low` on, and below `high`, of which `reached` holds; `high` where it holds of none. It must hold of
 * all indices behind one of which it holds.
 */
export function firstIndex(low: number, high: number, reached: (index: number) => boolean): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
