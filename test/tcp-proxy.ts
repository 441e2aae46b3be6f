import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A door to a server: it can be made slow, and shut. */
export interface TcpProxy extends AsyncDisposable {
  readonly url: string;
  /** Milliseconds by which what a client sends is held back, and so is what it gets. */
  delay: number;
  /** Breaks what is connected and refuses what comes. */
  cut(): void;
  /** What connects from now on is led to another server. */
  turnTo(server: string): void;
  /** Lets connections through again. */
  mend(): void;
}

/** Puts a TCP proxy in front of a server: order and bytes stay, each piece comes later. */
export async function startProxy(server: string): Promise<TcpProxy> {
  let to = new URL(server);
  const sockets = new Set<Socket>();
  let isCut = false;
  const pass = (from: Socket, to: Socket): void => {
    const queue: { readonly at: number; readonly send: () => void }[] = [];
    // One timer at a time, for the first in the queue: none overtakes another.
    const wait = (): void => {
      const [next] = queue;
      if (next === undefined) return;
      setTimeout(() => (queue.shift()?.send(), wait()), next.at - performance.now());
    };
    const later = (send: () => void): void => {
      if (queue.push({ at: performance.now() + proxy.delay, send }) === 1) wait();
    };
    from.on("data", (bytes) => later(() => void (to.destroyed || to.write(bytes))));
    from.on("end", () => later(() => to.end()));
    from.on("error", () => to.destroy());
    from.on("close", () => (sockets.delete(from), to.destroy()));
    sockets.add(from);
  };
  const listener = createServer((client) => {
    if (isCut) return client.destroy();
    const upstream = connect({ host: to.hostname, port: Number(to.port) });
    pass(client, upstream);
    pass(upstream, client);
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const proxy: TcpProxy = {
    url: `${to.protocol}//127.0.0.1:${(listener.address() as AddressInfo).port}`,
    delay: 0,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    turnTo: (other) => void (to = new URL(other)),
    mend: () => void (isCut = false),
    async [Symbol.asyncDispose]() {
      proxy.cut();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
  return proxy;
}
