/** The revision of an empty store, as etcd's: the first write gets 2, and 0 never means a state. */
export const firstRevision = 1;

/** Milliseconds that history is kept: as kube-apiserver's --etcd-compaction-interval. */
export const defaultHistoryWindow = 5 * 60 * 1000;
