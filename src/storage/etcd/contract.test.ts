import { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startEtcd, type EtcdServer } from "../../../test/etcd-server.ts";
import { needs } from "../../../test/programs.ts";
import { storageContract } from "../contract.test-suite.ts";
import { openEtcdStorage } from "./etcd.ts";

for (const program of ["etcd", "etcd-3.5"] as const) {
  const asked = needs(program);
  let server: EtcdServer;
  let stores = 0;

  before(async () => {
    if (asked.skip === undefined) server = await startEtcd({ program });
  });
  after(() => server?.[Symbol.asyncDispose]());

  storageContract(
    program,
    async () => {
      // One etcd, a prefix for each store: so that every store is empty.
      const prefix = `/store-${++stores}`;
      const open = () => openEtcdStorage({ servers: [server.url], tls: {}, prefix, innerPrefix: "", compactionInterval: 0 });
      let storage = await open();
      return {
        storage,
        concurrent: true,
        async passTime(seconds) {
          await sleep(seconds * 1000);
        },
        async reopen() {
          await storage[Symbol.asyncDispose]();
          await server.kill();
          await server.start();
          storage = await open();
          return storage;
        },
        async dispose() {
          await storage[Symbol.asyncDispose]();
        },
      };
    },
    asked,
  );
}
