import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { ask as askServer, type Caller } from "../../test/ask.ts";
import { completeOptions, type ServerOptions } from "../config/options.ts";
import { startServer } from "./start.ts";

/** Asks a server who it takes the sender for. */
export const REVIEW = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
/** Where that is asked. */
export const WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

interface Answer {
  readonly status: number;
  readonly body: {
    status?: { userInfo?: { username: string; groups: string[] }; token?: string; error?: string };
    data?: Record<string, string>;
    keys?: object[];
  };
}

interface Asking extends Pick<Caller, "headers" | "cert" | "key"> {
  readonly body?: object;
}

/** A whole server on a fresh directory, and a way to ask it over TLS. */
export async function testServer(t: TestContext, directory: string, options: ServerOptions) {
  const surroundings = { stateDirectory: directory, addresses: [] };
  const running = await startServer(
    completeOptions(
      { dataDir: join(directory, "data"), port: 0, storageBackend: "memory", bindAddress: "127.0.0.1", ...options },
      surroundings,
    ),
  );
  t.after(() => running.close());
  const ca = await readFile(join(directory, "data", "pki", "ca.crt"), "utf8");
  const ask = async (method: string, path: string, { body, ...caller }: Asking = {}): Promise<Answer> => {
    const answer = await askServer<Answer["body"]>(running.url, { ca, ...caller }, method, path, body);
    return { status: answer.code, body: answer.body };
  };
  const who = async (authorization: string): Promise<string> => {
    const { status, body } = await ask("POST", WHO, { headers: { authorization }, body: REVIEW });
    return status === 201 ? (body.status?.userInfo?.username ?? "") : `${status}`;
  };
  return { ask, who, running };
}

/** A directory of a test. */
export async function scratch(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "server-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Asks until the answer is as wished, for some seconds. */
export async function until(wished: string, ask: () => Promise<string>): Promise<void> {
  for (const end = Date.now() + 5000; ; await new Promise((later) => setTimeout(later, 50))) {
    const answer = await ask();
    if (answer === wished) return;
    assert.ok(Date.now() < end, `${answer} never became ${wished}`);
  }
}
