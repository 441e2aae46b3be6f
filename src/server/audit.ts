import { readFileSync } from "node:fs";
import { createAuditor } from "../audit/auditor.ts";
import { backends, blockingBackend, type AuditBackend, type Deliver, type OnLost } from "../audit/backend.ts";
import { batchBackend } from "../audit/batch.ts";
import { logDelivery, type LineWriter } from "../audit/log.ts";
import { microClock } from "../audit/micro-clock.ts";
import { readPolicy } from "../audit/read-policy.ts";
import { RotatingFile } from "../audit/rotating-file.ts";
import { truncating } from "../audit/truncate.ts";
import { TurnWriter } from "../audit/turn-writer.ts";
import { webhookDelivery } from "../audit/webhook.ts";
import type { AuditBackendConfig, AuditConfig, AuditLogConfig, AuditWebhookConfig } from "../config/audit.ts";
import { StartupError } from "../object/startup-error.ts";
import { errorText } from "../object/error-text.ts";
import type { Auditor } from "../request/audit-stage.ts";
import { readKubeconfig, type WebhookTarget } from "../webhook/kubeconfig.ts";
import { WebhookClient } from "../webhook/webhook-client.ts";
import { readFlagFile } from "./data-dir.ts";

/** The audit of a server. */
interface Audit extends AsyncDisposable {
  /** Undefined: nothing is audited. */
  readonly auditor: Auditor | undefined;
}

/** Where it is told that events are lost. */
interface AuditLog {
  error(fields: object, message: string): void;
}

/** How long one call of the webhook may take, and how long the last ones may when the server stops, in milliseconds. */
const WEBHOOK_TIMEOUT_MS = 30_000;
const FLUSH_MS = 5000;
/** How often lost events are told, in milliseconds. */
const TELL_MS = 10_000;

/**
 * Reads the policy and opens the backends. Errors: StartupError for files that cannot be read, understood or written.
 */
export async function prepareAudit(config: AuditConfig, log: AuditLog): Promise<Audit> {
  if (config.policyFile === "" || (config.log === undefined && config.webhook === undefined)) {
    return { auditor: undefined, async [Symbol.asyncDispose]() {} };
  }
  const policy = parse("audit-policy-file", config.policyFile, await readFlagFile("audit-policy-file", config.policyFile), readPolicy);
  const onLost = tellLost(log, Date.now);
  const opened: AuditBackend[] = [];
  if (config.log !== undefined) opened.push(openLog(config.log, onLost));
  if (config.webhook !== undefined) opened.push(openWebhook(config.webhook, onLost));
  const backend = backends(opened);
  const clock = microClock(Date.now, () => performance.now());
  return {
    auditor: createAuditor(policy, backend, clock),
    async [Symbol.asyncDispose]() {
      await backend[Symbol.asyncDispose]();
    },
  };
}

function openLog(config: AuditLogConfig, onLost: OnLost): AuditBackend {
  const name = "log";
  const file = openWriter(config, (error) => onLost(name, 0, error));
  if (config.mode === "blocking-strict") return deliveredBy(name, config, logDelivery(file, config.format), onLost, file);
  const writer = new TurnWriter(file, (error, lines) => onLost(name, lines, error));
  return deliveredBy(name, config, logDelivery(writer, config.format), onLost, {
    async [Symbol.asyncDispose]() {
      await writer[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  });
}

function openWriter({ path, rotation }: AuditLogConfig, onFault: (error: unknown) => void): LineWriter & AsyncDisposable {
  if (path === "-")
    return {
      write: (lines) => void process.stdout.write(typeof lines === "string" ? lines : Buffer.from(lines)),
      async [Symbol.asyncDispose]() {},
    };
  try {
    return new RotatingFile(path, rotation, Date.now, onFault);
  } catch (error) {
    throw new StartupError(
      `--audit-log-path: cannot write ${path}: ${errorText(error)}`,
      "see to its permissions, or name another file",
      error,
    );
  }
}

function openWebhook(config: AuditWebhookConfig, onLost: OnLost): AuditBackend {
  const name = "webhook";
  const client = new WebhookClient(webhookTarget(config.configFile), { timeoutMs: WEBHOOK_TIMEOUT_MS, random: Math.random });
  const stop = new AbortController();
  const options = { initialBackoffMs: config.initialBackoff, random: Math.random, signal: stop.signal };
  const delivery = webhookDelivery((bytes) => client.exchange(bytes), options);
  const backend = deliveredBy(name, config, delivery, onLost, { [Symbol.asyncDispose]: async () => client.close() });
  return {
    accept: (event) => backend.accept(event),
    async [Symbol.asyncDispose]() {
      const timer = setTimeout(() => {
        stop.abort();
        client.close();
      }, FLUSH_MS);
      await backend[Symbol.asyncDispose]();
      clearTimeout(timer);
    },
  };
}

function webhookTarget(path: string): WebhookTarget {
  const flag = "audit-webhook-config-file";
  const read = (file: string): string => {
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      throw new StartupError(`--${flag}: cannot read ${file}: ${errorText(error)}`, "name a file that exists and can be read", error);
    }
  };
  return parse(flag, path, read(path), (text) => readKubeconfig(text, path, read));
}

/** A backend over what delivers; `end` is disposed of after its last event. */
function deliveredBy(name: string, config: AuditBackendConfig, deliver: Deliver, onLost: OnLost, end: AsyncDisposable): AuditBackend {
  const { mode, batch, truncate } = config;
  const fitting = truncate === undefined ? deliver : truncating(name, truncate, deliver, onLost);
  const backend =
    mode === "batch"
      ? batchBackend(name, batch, fitting, onLost, Date.now)
      : blockingBackend(name, fitting, mode === "blocking-strict", onLost);
  return {
    accept: (event) => backend.accept(event),
    async [Symbol.asyncDispose]() {
      await backend[Symbol.asyncDispose]();
      await end[Symbol.asyncDispose]();
    },
  };
}

/** Lost events are counted and told now and then: a log that says it for each would grow as fast as the audit. */
function tellLost(log: AuditLog, clock: () => number): OnLost {
  const told = new Map<string, { count: number; at: number }>();
  return (backend, count, why) => {
    const state = told.get(backend) ?? { count: 0, at: -Infinity };
    state.count += count;
    told.set(backend, state);
    if (clock() - state.at < TELL_MS) return;
    state.at = clock();
    log.error({ backend, lost: state.count, reason: errorText(why) }, "audit events are lost");
  };
}

function parse<T>(flag: string, path: string, text: string, read: (text: string) => T): T {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof StartupError) throw error;
    throw new StartupError(`--${flag}: ${path}: ${errorText(error)}`, "correct the file");
  }
}
