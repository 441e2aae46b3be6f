import { WireReader } from "../src/protobuf/wire-reader.ts";
import { WireWriter } from "../src/protobuf/wire-writer.ts";
import { Connection } from "../src/storage/etcd/connection.ts";
import { readFields, writeMessage, type Message } from "../src/storage/etcd/message.ts";
import { paths } from "../src/storage/etcd/messages.ts";

// What an etcd's administrator does with etcdctl (etcd's api/etcdserverpb/rpc.proto, service Maintenance).

const DEACTIVATE = 2;
const NOSPACE = 1;

/** Whether the member at a URL leads its cluster. */
export async function isLeader(url: string): Promise<boolean> {
  const reader = new WireReader(await ask(url, paths.status, []));
  let member: unknown;
  let leader: unknown;
  readFields(reader, (field) => {
    if (field === 1) {
      const header = reader.part();
      readFields(header, (inner) => {
        if (inner === 2) member = header.int64();
        return inner === 2;
      });
    } else if (field === 4) leader = reader.int64();
    else return false;
    return true;
  });
  return member === leader;
}

/** Gives the space of what was compacted back to the file, so that there is room again. */
export async function defragment(url: string): Promise<void> {
  await ask(url, "/etcdserverpb.Maintenance/Defragment", []);
}

/** Tells all members that were out of space that they may write again. */
export async function disarm(url: string): Promise<void> {
  const path = "/etcdserverpb.Maintenance/Alarm";
  const answer = new WireReader(await ask(url, path, []));
  const members: (number | bigint)[] = [];
  readFields(answer, (field) => {
    if (field !== 2) return false;
    const alarm = answer.part();
    readFields(alarm, (inner) => {
      if (inner === 1) members.push(alarm.int64());
      return inner === 1;
    });
    return true;
  });
  for (const member of members) {
    await ask(url, path, [
      [1, DEACTIVATE],
      [2, member],
      [3, NOSPACE],
    ]);
  }
}

async function ask(url: string, path: string, message: Message): Promise<Buffer> {
  const writer = new WireWriter(64);
  writeMessage(writer, message);
  const connection = new Connection({ servers: [url], tls: {} });
  try {
    return await connection.write(path, writer.finish());
  } finally {
    connection.close();
  }
}
