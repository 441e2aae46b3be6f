import { closeClients, openClients, type Client, type Credential } from "./client.ts";
import { repeat } from "./load.ts";
import { collections, objects } from "./objects.ts";
import type { Binnacle } from "./servers.ts";

/** How long the default service account may take to appear, in milliseconds. */
const patience = 5000;

/** Sends the create of an object of a kind. */
export function createOne(client: Client, kind: keyof typeof objects, name: string): Promise<unknown> {
  return client.send({ method: "POST", path: collections[kind], type: "application/json", body: JSON.stringify(objects[kind](name)) });
}

/** Waits until pods can be created in the namespace default, then creates so many: pod-0, pod-1… */
export async function fillPods(server: Binnacle, count: number): Promise<void> {
  const credential: Credential = { token: server.token };
  const clients = await openClients(8, server.url, credential);
  try {
    const [first] = clients as [Client];
    const until = performance.now() + patience;
    const account = { path: "/api/v1/namespaces/default/serviceaccounts/default" };
    while (
      !(await first.send(account).then(
        () => true,
        () => false,
      ))
    ) {
      if (performance.now() > until) throw new Error("the default service account does not appear");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await repeat(clients, 32, count, (client, index) => createOne(client, "pod", `pod-${index}`));
  } finally {
    closeClients(clients);
  }
}
