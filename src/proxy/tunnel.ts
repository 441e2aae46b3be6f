import type { Socket } from "node:net";

/** How long bytes that are on their way when one side ends may take to reach the other, in milliseconds. */
const LINGER_MS = 10_000;
/** How often a silent connection is asked whether it still is one, in milliseconds. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Joins two connections until either ends, then ends both. What came early (`head` of each side) goes first, and neither
 * side is read faster than the other takes it. Resolves when both are closed.
 */
export async function tunnel(client: Socket, clientHead: Buffer, server: Socket, serverHead: Buffer): Promise<void> {
  if (serverHead.length > 0) client.write(serverHead);
  if (clientHead.length > 0) server.write(clientHead);
  server.setTimeout(0);
  server.setKeepAlive(true, KEEP_ALIVE_MS);
  const closed = [client, server].map(
    (socket) => new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once("close", () => resolve()))),
  );
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    from.on("error", () => {});
    from.once("end", () => endSoon(to)).once("close", () => endSoon(to));
    if (from.destroyed) endSoon(to);
    from.pipe(to, { end: false });
  }
  await Promise.all(closed);
}

function endSoon(socket: Socket): void {
  if (socket.destroyed) return;
  socket.destroySoon();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
