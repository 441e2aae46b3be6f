import { WireReader } from "../../protobuf/wire-reader.ts";
import { WireWriter } from "../../protobuf/wire-writer.ts";
import type { KeyValue, Operation } from "../storage.ts";
import { readFields, writeMessage, type Message } from "./message.ts";

// The messages of etcd's v3 API that are used here (etcd's api/etcdserverpb/rpc.proto, api/mvccpb/kv.proto): field
// numbers are the contract.

export const paths = {
  range: "/etcdserverpb.KV/Range",
  txn: "/etcdserverpb.KV/Txn",
  compact: "/etcdserverpb.KV/Compact",
  watch: "/etcdserverpb.Watch/Watch",
  leaseGrant: "/etcdserverpb.Lease/LeaseGrant",
  leaseRevoke: "/etcdserverpb.Lease/LeaseRevoke",
  leaseList: "/etcdserverpb.Lease/LeaseLeases",
  leaseTimeToLive: "/etcdserverpb.Lease/LeaseTimeToLive",
  status: "/etcdserverpb.Maintenance/Status",
} as const;

/** What an answer says about the cluster that gave it. */
export interface Header {
  /** An unsigned 64-bit number, as text. */
  readonly clusterId: string;
  readonly revision: number;
}

export interface RangeAnswer {
  readonly header: Header;
  readonly pairs: readonly EtcdPair[];
  readonly more: boolean;
  readonly count: number;
}

/** A pair with how often it was written since it was created. */
export interface EtcdPair extends KeyValue {
  readonly version: number;
}

export interface TxnAnswer {
  readonly header: Header;
  readonly succeeded: boolean;
  /** What each range of the branch that ran found. */
  readonly found: readonly RangeAnswer[];
}

export interface EtcdEvent {
  readonly type: "put" | "delete";
  readonly pair: EtcdPair;
  readonly previous: EtcdPair | undefined;
}

export interface WatchAnswer {
  readonly header: Header;
  readonly watchId: number;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compactRevision: number;
  readonly cancelReason: string;
  readonly fragment: boolean;
  readonly events: readonly EtcdEvent[];
}

export interface RangeFields {
  readonly key: string;
  readonly end?: string;
  readonly limit?: number;
  readonly revision?: number;
  readonly keysOnly?: boolean;
}

export type Condition = { readonly key: string } & ({ readonly modRevision: number } | { readonly version: number });

const noHeader: Header = { clusterId: "0", revision: 0 };
const noBytes: Buffer = Buffer.alloc(0);
/** Compare.CompareTarget; the result compared for is 0, EQUAL. */
const VERSION = 0;
const MOD = 2;
const DELETE = 1;

function bytesOf(message: Message): Buffer {
  const writer = new WireWriter(512);
  writeMessage(writer, message);
  return writer.finish();
}

function rangeFields({ key, end, limit, revision, keysOnly }: RangeFields): Message {
  return [
    [1, key],
    [2, end],
    [3, limit],
    [4, revision],
    [8, keysOnly],
  ];
}

export function rangeRequest(fields: RangeFields): Buffer {
  return bytesOf(rangeFields(fields));
}

/** If all conditions hold, the operations are applied; else the ranges are read. */
export function txnRequest(conditions: readonly Condition[], operations: readonly Operation[], otherwise: readonly RangeFields[]): Buffer {
  return bytesOf([
    ...conditions.map((condition) => [1, compareFields(condition)] as const),
    ...operations.map((operation) => [2, operationFields(operation)] as const),
    ...otherwise.map((range) => [3, [[1, rangeFields(range)]]] as const),
  ]);
}

function compareFields(condition: Condition): Message {
  if ("version" in condition)
    return [
      [2, VERSION],
      [3, condition.key],
      [4, condition.version],
    ];
  return [
    [2, MOD],
    [3, condition.key],
    [6, condition.modRevision],
  ];
}

function operationFields(operation: Operation): Message {
  if (operation.type === "delete") return [[3, [[1, operation.key]]]];
  const { key, value, lease } = operation;
  return [
    [
      2,
      [
        [1, key],
        [2, value],
        [3, lease],
      ],
    ],
  ];
}

export function compactRequest(revision: number): Buffer {
  return bytesOf([
    [1, revision],
    [2, true],
  ]);
}

export function leaseGrantRequest(seconds: number, id: number): Buffer {
  return bytesOf([
    [1, seconds],
    [2, id],
  ]);
}

export function leaseRevokeRequest(id: number): Buffer {
  return bytesOf([[1, id]]);
}

export function leaseTimeToLiveRequest(id: number | bigint): Buffer {
  return bytesOf([[1, id]]);
}

/** Asks for events from `revision` on, with the pairs before, in pieces where they are many. */
export function watchCreateRequest(key: string, end: string, revision: number): Buffer {
  return bytesOf([
    [
      1,
      [
        [1, key],
        [2, end],
        [3, revision],
        [4, true],
        [6, true],
        [8, true],
      ],
    ],
  ]);
}

export const watchProgressRequest: Buffer = bytesOf([[3, []]]);

export function readRangeAnswer(bytes: Buffer): RangeAnswer {
  return rangeAnswer(new WireReader(bytes));
}

function rangeAnswer(reader: WireReader): RangeAnswer {
  const answer = { header: noHeader, pairs: [] as EtcdPair[], more: false, count: 0 };
  readFields(reader, (field) => {
    if (field === 1) answer.header = header(reader.part());
    else if (field === 2) answer.pairs.push(pair(reader.part()));
    else if (field === 3) answer.more = reader.unsigned() !== 0;
    else if (field === 4) answer.count = reader.unsigned();
    else return false;
    return true;
  });
  return answer;
}

export function readTxnAnswer(bytes: Buffer): TxnAnswer {
  const reader = new WireReader(bytes);
  const answer = { header: noHeader, succeeded: false, found: [] as RangeAnswer[] };
  readFields(reader, (field) => {
    if (field === 1) answer.header = header(reader.part());
    else if (field === 2) answer.succeeded = reader.unsigned() !== 0;
    else if (field === 3) {
      const part = reader.part();
      readFields(part, (kind) => {
        if (kind === 1) answer.found.push(rangeAnswer(part.part()));
        return kind === 1;
      });
    } else return false;
    return true;
  });
  return answer;
}

export function readWatchAnswer(bytes: Buffer): WatchAnswer {
  const reader = new WireReader(bytes);
  const answer = {
    header: noHeader,
    watchId: 0,
    created: false,
    canceled: false,
    compactRevision: 0,
    cancelReason: "",
    fragment: false,
    events: [] as EtcdEvent[],
  };
  readFields(reader, (field) => {
    if (field === 1) answer.header = header(reader.part());
    else if (field === 2) answer.watchId = Number(reader.int64());
    else if (field === 3) answer.created = reader.unsigned() !== 0;
    else if (field === 4) answer.canceled = reader.unsigned() !== 0;
    else if (field === 5) answer.compactRevision = Number(reader.int64());
    else if (field === 6) answer.cancelReason = reader.text();
    else if (field === 7) answer.fragment = reader.unsigned() !== 0;
    else if (field === 11) answer.events.push(event(reader.part()));
    else return false;
    return true;
  });
  return answer;
}

/** The header that every answer begins with. */
export function readHeader(bytes: Buffer): Header {
  const reader = new WireReader(bytes);
  let found = noHeader;
  readFields(reader, (field) => {
    if (field === 1) found = header(reader.part());
    return field === 1;
  });
  return found;
}

/** The ids of all leases. */
export function readLeaseList(bytes: Buffer): (number | bigint)[] {
  const reader = new WireReader(bytes);
  const ids: (number | bigint)[] = [];
  readFields(reader, (field) => {
    if (field !== 2) return false;
    const lease = reader.part();
    readFields(lease, (inner) => {
      if (inner === 1) ids.push(lease.int64());
      return inner === 1;
    });
    return true;
  });
  return ids;
}

/** Seconds that a lease has left; negative where there is none. */
export function readTimeToLive(bytes: Buffer): number {
  const reader = new WireReader(bytes);
  let seconds = 0;
  readFields(reader, (field) => {
    if (field === 3) seconds = Number(reader.int64());
    return field === 3;
  });
  return seconds;
}

/** The version of the member that answered Status, "3.5.16". */
export function readVersion(bytes: Buffer): string {
  const reader = new WireReader(bytes);
  let version = "";
  readFields(reader, (field) => {
    if (field === 2) version = reader.text();
    return field === 2;
  });
  return version;
}

function header(reader: WireReader): Header {
  const found = { clusterId: "0", revision: 0 };
  readFields(reader, (field) => {
    if (field === 1) found.clusterId = String(reader.int64());
    else if (field === 3) found.revision = Number(reader.int64());
    else return false;
    return true;
  });
  return found;
}

function event(reader: WireReader): EtcdEvent {
  let type: EtcdEvent["type"] = "put";
  let current: EtcdPair | undefined;
  let previous: EtcdPair | undefined;
  readFields(reader, (field) => {
    if (field === 1) type = reader.unsigned() === DELETE ? "delete" : "put";
    else if (field === 2) current = pair(reader.part());
    else if (field === 3) previous = pair(reader.part());
    else return false;
    return true;
  });
  return { type, pair: current ?? emptyPair(), previous };
}

function emptyPair(): EtcdPair {
  return { key: "", value: noBytes, modRevision: 0, createRevision: 0, lease: 0, version: 0 };
}

function pair(reader: WireReader): EtcdPair {
  const found = { key: "", value: noBytes, modRevision: 0, createRevision: 0, lease: 0, version: 0 };
  readFields(reader, (field) => {
    if (field === 1) found.key = reader.text();
    else if (field === 2) found.createRevision = Number(reader.int64());
    else if (field === 3) found.modRevision = Number(reader.int64());
    else if (field === 4) found.version = Number(reader.int64());
    else if (field === 5) found.value = reader.part().rest();
    else if (field === 6) found.lease = Number(reader.int64());
    else return false;
    return true;
  });
  return found;
}
