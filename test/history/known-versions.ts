import type { History, Shown, WriteRecord } from "./history.ts";

/** A version of a key that somebody saw or was acknowledged; undefined: it was deleted at that revision. */
interface KnownVersion {
  readonly revision: number;
  readonly value: string | undefined;
}

/** What is known of one key from all clients together: its versions by revision, and the writes that were tried. */
export class KnownKey {
  readonly versions: KnownVersion[] = [];
  readonly writes: WriteRecord[] = [];

  /** The newest version at or below a revision. */
  at(revision: number): KnownVersion | undefined {
    return this.versions.findLast((version) => version.revision <= revision);
  }

  /** The newest version below a revision. */
  before(revision: number): KnownVersion | undefined {
    return this.versions.findLast((version) => version.revision < revision);
  }

  /** The versions between two revisions, neither included. */
  between(low: number, high: number): KnownVersion[] {
    return this.versions.filter(({ revision }) => revision > low && revision < high);
  }

  /** Whether somebody may have deleted this version before a moment. */
  mayBeDeleted(version: number, before: number): boolean {
    return this.writes.some(
      (write) => write.value === undefined && write.expected === version && mayHaveBeenTaken(write) && write.start < before,
    );
  }
}

/** Whether a write came about, as far as its client knows. */
export function mayHaveBeenTaken({ outcome }: WriteRecord): boolean {
  return outcome === "taken" || outcome === "unknown";
}

/** Puts together what all clients know, key by key; faults are what contradicts itself. */
export function knownVersions(history: History): { readonly keys: ReadonlyMap<string, KnownKey>; readonly faults: readonly string[] } {
  const keys = new Map<string, KnownKey>();
  const faults: string[] = [];
  const seen = new Map<number, string>();
  const key = (name: string): KnownKey => {
    let known = keys.get(name);
    if (known === undefined) keys.set(name, (known = new KnownKey()));
    return known;
  };
  const add = (name: string, revision: number, value: string | undefined): void => {
    const what = `${name} = ${value ?? "deleted"}`;
    const before = seen.get(revision);
    if (before === undefined) {
      seen.set(revision, what);
      key(name).versions.push({ revision, value });
    } else if (before !== what) faults.push(`revision ${revision} is both ${before} and ${what}`);
  };
  const show = ({ key: name, revision, value }: Shown): void => add(name, revision, value);
  for (const write of history.writes) {
    key(write.key).writes.push(write);
    if (write.revision !== undefined) add(write.key, write.revision, write.value);
  }
  for (const { found } of history.reads) if (found !== undefined) show(found);
  for (const { items } of [...history.lists, history.final]) items.forEach(show);
  for (const log of history.watches) {
    for (const entry of log) {
      if (entry.type === "LIST") entry.items.forEach(show);
      else add(entry.object.key, entry.object.revision, entry.type === "DELETED" ? undefined : entry.object.value);
    }
  }
  for (const [name, { versions, writes }] of keys) {
    versions.sort((a, b) => a.revision - b.revision);
    const tried = new Map(writes.map(({ value, outcome }) => [value, outcome]));
    for (const { revision, value } of versions) {
      if (value === undefined) continue;
      const outcome = tried.get(value);
      if (outcome === undefined) faults.push(`${name} has ${value} at ${revision}, which nobody wrote`);
      if (outcome === "refused" || outcome === "failed") faults.push(`${name} has ${value} at ${revision}, which was ${outcome}`);
    }
  }
  return { keys, faults };
}
