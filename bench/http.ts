// The listener against a bare node:http2 server that sends the same bytes: requests (lists, events) per CPU second of the
// server's process, as ratios. Run: node dist/bench/http.js [seconds]
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, type ClientHttp2Session } from "node:http2";
import { fileURLToPath } from "node:url";

const CONNECTIONS = 4;
const STREAMS = 8;
const WATCHES = 1000;

interface Server {
  readonly process: ChildProcess;
  readonly port: number;
}

async function start(kind: string): Promise<Server> {
  const child = fork(fileURLToPath(new URL("http-server.js", import.meta.url)), [kind, "3400"]);
  const [message] = (await once(child, "message")) as [{ port: number }];
  return { process: child, port: message.port };
}

async function ask<T>(server: Server, question: string): Promise<T> {
  server.process.send(question);
  const [reply] = (await once(server.process, "message")) as [T];
  return reply;
}

async function cpu(server: Server): Promise<number> {
  return (await ask<{ cpu: number }>(server, "cpu")).cpu;
}

function open(server: Server): ClientHttp2Session {
  const session = connect(`https://127.0.0.1:${server.port}`, { rejectUnauthorized: false, settings: { initialWindowSize: 4 << 20 } });
  session.once("connect", () => session.setLocalWindowSize(1 << 30));
  return session;
}

function get(session: ClientHttp2Session, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": path, "accept": "application/json", "authorization": "Bearer token" });
    stream
      .on("data", () => {})
      .on("end", resolve)
      .on("error", reject);
  });
}

/** Operations per CPU second of the server. */
async function load(server: Server, path: string, seconds: number, connections: number, streams: number): Promise<number> {
  const sessions = Array.from({ length: connections }, () => open(server));
  const run = async (until: number): Promise<number> => {
    let done = 0;
    const one = async (session: ClientHttp2Session): Promise<void> => {
      while (performance.now() < until) {
        await get(session, path);
        done++;
      }
    };
    await Promise.all(sessions.flatMap((session) => Array.from({ length: streams }, () => one(session))));
    return done;
  };
  await run(performance.now() + 700);
  const before = await cpu(server);
  const done = await run(performance.now() + seconds * 1000);
  const used = (await cpu(server)) - before;
  for (const session of sessions) session.destroy();
  return done / used;
}

async function fanOut(server: Server, seconds: number): Promise<number> {
  const sessions = Array.from({ length: 10 }, () => open(server));
  let bytes = 0;
  for (let i = 0; i < WATCHES; i++) {
    const stream = (sessions[i % sessions.length] as ClientHttp2Session).request({ ":path": "/watch" });
    stream.on("data", (chunk: Buffer) => (bytes += chunk.length)).on("error", () => {});
  }
  while ((await ask<{ watchers: number }>(server, "cpu")).watchers < WATCHES) await new Promise((resolve) => setTimeout(resolve, 50));
  const run = async (until: number): Promise<number> => {
    let sent = 0;
    while (performance.now() < until) {
      const goal = bytes + WATCHES * 3500;
      sent += (await ask<{ sent: number }>(server, "event")).sent;
      while (bytes < goal) await new Promise((resolve) => setImmediate(resolve));
    }
    return sent;
  };
  await run(performance.now() + 700);
  const before = await cpu(server);
  const sent = await run(performance.now() + seconds * 1000);
  const used = (await cpu(server)) - before;
  for (const session of sessions) session.destroy();
  return sent / used;
}

/** Measures bare and ours in turn, twice, and gives the better of each: a busy machine disturbs one more than the other. */
export async function benchHttp(seconds: number): Promise<void> {
  const cases: readonly (readonly [string, (server: Server) => Promise<number>])[] = [
    ["GET of 3.4 KB", (server) => load(server, "/pod", seconds, CONNECTIONS, STREAMS)],
    ["LIST of 17 MB", (server) => load(server, "/list", seconds, 2, 1)],
    [`event to ${WATCHES} watchers`, (server) => fanOut(server, seconds)],
  ];
  const bare = await start("bare");
  const ours = await start("ours");
  for (const [name, measure] of cases) {
    let best = [0, 0];
    for (let round = 0; round < 2; round++)
      best = [Math.max(best[0] as number, await measure(bare)), Math.max(best[1] as number, await measure(ours))];
    const [floor, mine] = best as [number, number];
    console.log(`http ${name}: bare ${floor.toFixed(0)}, binnacle ${mine.toFixed(0)} per CPU second; ratio ${(mine / floor).toFixed(2)}`);
  }
  bare.process.disconnect();
  ours.process.disconnect();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchHttp(Number(process.argv[2] ?? 2));
