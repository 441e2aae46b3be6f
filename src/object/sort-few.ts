/** Lists so short are sorted by inserting, without the arrays that Array.sort makes each time. */
const FEW = 16;

/** Sorts a list that is mostly short, in place, and gives it. */
export function sortFew<T>(items: T[], compare: (a: T, b: T) => number): T[] {
  if (items.length > FEW) return items.sort(compare);
  for (let i = 1; i < items.length; i++) {
    const item = items[i] as T;
    let at = i;
    for (; at > 0 && compare(items[at - 1] as T, item) > 0; at--) items[at] = items[at - 1] as T;
    items[at] = item;
  }
  return items;
}
