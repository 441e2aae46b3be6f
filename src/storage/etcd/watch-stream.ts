import { StorageError, type KeyValue, type StoreEvent } from "../storage.ts";
import { compactedError } from "../storage-errors.ts";
import type { Connection } from "./connection.ts";
import type { KeySpace } from "./key-space.ts";
import {
  paths,
  readWatchAnswer,
  watchCreateRequest,
  watchProgressRequest,
  type EtcdEvent,
  type EtcdPair,
  type Header,
  type WatchAnswer,
} from "./messages.ts";
import { answersProgressRightly } from "./version.ts";

/** Who is told what comes on one watch of etcd. */
export interface StreamListener {
  created(header: Header): void;
  /** Events after the revision that was asked for, whole revisions; nothing up to the last one's is missing. */
  events(events: readonly StoreEvent[], revision: number): void;
  /** Nothing up to this revision is missing. */
  progress(revision: number): void;
  /** Nothing more comes: "compacted", "unavailable". */
  ended(error: StorageError): void;
}

export interface WatchStream {
  /** Asks for a `progress`; false where the member is too old for its answer to be right. */
  requestProgress(): boolean;
  close(): void;
}

/** The watch that a progress asked for by hand is about: all of its stream. */
const everyWatch = -1;

/** Opens one watch of the keys start ≤ key < end in etcd, on a stream of its own. */
export function openWatchStream(
  connection: Connection,
  keys: KeySpace,
  range: { readonly start: string; readonly end: string; readonly fromRevision: number },
  listener: StreamListener,
): WatchStream {
  const { fromRevision } = range;
  const { stream, version } = connection.stream(paths.watch);
  /** Whether the member's answer to a progress request can be relied on; undefined until it has said which release it is. */
  let tellsProgress: boolean | undefined;
  let pieces: EtcdEvent[] = [];
  let open = true;
  const end = (error: StorageError): void => {
    if (!open) return;
    open = false;
    stream.cancel();
    listener.ended(error);
  };
  const take = (answer: WatchAnswer): void => {
    if (answer.canceled) return end(canceled(answer));
    if (answer.created) {
      void version().then((text) => (tellsProgress = answersProgressRightly(text)));
      return listener.created(answer.header);
    }
    if (answer.events.length === 0 && pieces.length === 0) {
      // Asked for by hand, an old member answers before it has sent what came earlier.
      if (answer.watchId === everyWatch && tellsProgress !== true) return;
      return listener.progress(answer.header.revision);
    }
    pieces = pieces.length === 0 ? [...answer.events] : pieces.concat(answer.events);
    if (answer.fragment) return;
    const events = pieces.filter(({ pair }) => pair.modRevision > fromRevision);
    pieces = [];
    const last = events.at(-1);
    if (last === undefined) return;
    // A compaction that overtook the watch has taken what was there before.
    const broken = events.find(({ type, pair, previous }) => previous === undefined && (type === "delete" || pair.version > 1));
    if (broken !== undefined) return end(new StorageError("compacted", "etcd: compacted while watching", broken.pair.modRevision));
    listener.events(
      events.map((event) => storeEvent(event, keys)),
      last.pair.modRevision,
    );
  };
  stream.on("data", (bytes: Buffer) => {
    if (!open) return;
    try {
      take(readWatchAnswer(bytes));
    } catch (error) {
      end(new StorageError("unavailable", `etcd: a watch's answer cannot be read: ${String(error)}`));
    }
  });
  stream.on("error", (error) => end(new StorageError("unavailable", `etcd: ${error.message}`)));
  stream.on("end", () => end(new StorageError("unavailable", "etcd: the watch ended")));
  // One revision earlier than needed: so that etcd refuses whatever lies below what can be read in full.
  stream.write(watchCreateRequest(range.start, range.end, Math.max(1, fromRevision)));
  return {
    requestProgress() {
      if (open && tellsProgress === true) stream.write(watchProgressRequest);
      return tellsProgress !== false;
    },
    close() {
      open = false;
      stream.cancel();
    },
  };
}

function canceled({ compactRevision, cancelReason }: WatchAnswer): StorageError {
  if (compactRevision > 0) return compactedError(compactRevision);
  return new StorageError("unavailable", `etcd: the watch was cancelled: ${cancelReason}`);
}

function storeEvent({ type, pair, previous }: EtcdEvent, keys: KeySpace): StoreEvent {
  const key = keys.fromEtcd(pair.key);
  return {
    type,
    key,
    revision: pair.modRevision,
    current: type === "put" ? keyValue(pair, key) : undefined,
    previous: previous && keyValue(previous, key),
  };
}

/** With bytes of its own: what is kept does not keep the whole answer. */
function keyValue({ value, modRevision, createRevision, lease }: EtcdPair, key: string): KeyValue {
  return { key, value: Buffer.from(value), modRevision, createRevision, lease };
}
