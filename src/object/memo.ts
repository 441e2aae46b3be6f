/**
 * Remembers what `make` made of keys that are one value (texts, or the same object), for `most` of them: when there are
 * more, all are forgotten. For keys that come again soon, and few at a time.
 */
export function memo<K, V>(most: number, make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = make(key);
      if (known.size >= most) known.clear();
      known.set(key, value);
    }
    return value;
  };
}
