import type { AuditMode } from "../audit/backend.ts";
import type { BatchOptions } from "../audit/batch.ts";
import type { Rotation } from "../audit/rotating-file.ts";
import type { TruncateLimits } from "../audit/truncate.ts";
import type { FlagValues } from "./flags.ts";
import { UsageError } from "./usage-error.ts";

/** What is audited, and where it goes. */
export interface AuditConfig {
  /** "" for none: nothing is audited [--audit-policy-file]. */
  readonly policyFile: string;
  readonly log: AuditLogConfig | undefined;
  readonly webhook: AuditWebhookConfig | undefined;
}

/** What both backends have. */
export interface AuditBackendConfig {
  readonly mode: AuditMode;
  readonly batch: BatchOptions;
  readonly truncate: TruncateLimits | undefined;
}

export interface AuditLogConfig extends AuditBackendConfig {
  /** "-" is standard output [--audit-log-path]. */
  readonly path: string;
  readonly format: "json" | "legacy";
  readonly rotation: Rotation;
}

export interface AuditWebhookConfig extends AuditBackendConfig {
  /** A kubeconfig [--audit-webhook-config-file]. */
  readonly configFile: string;
  /** Milliseconds before the first retry [--audit-webhook-initial-backoff]. */
  readonly initialBackoff: number;
}

const MEGABYTE = 1024 * 1024;
const DAY = 24 * 3600 * 1000;
/** A size of 0 is not "no limit" in the original. */
const DEFAULT_MEGABYTES = 100;
/** Deliveries of a webhook that go on at a time: one that is retried must not hold up the others. */
const PARALLEL_DELIVERIES = 8;

/** Reads the flags of the audit. Errors: UsageError where they do not fit together. Warns of a half that does nothing alone. */
export function auditFrom(values: FlagValues, warn: (warning: string) => void): AuditConfig {
  const config: AuditConfig = { policyFile: values["audit-policy-file"], log: logFrom(values), webhook: webhookFrom(values) };
  const backend = config.log !== undefined || config.webhook !== undefined;
  if (backend && config.policyFile === "") warn("nothing is audited: without --audit-policy-file there is no request to write of");
  if (!backend && config.policyFile !== "")
    warn("nothing is audited: --audit-policy-file needs --audit-log-path or --audit-webhook-config-file");
  return config;
}

function logFrom(values: FlagValues): AuditLogConfig | undefined {
  if (values["audit-log-path"] === "") return undefined;
  return {
    path: values["audit-log-path"],
    format: values["audit-log-format"] === "legacy" ? "legacy" : "json",
    rotation: {
      maxBytes: (values["audit-log-maxsize"] || DEFAULT_MEGABYTES) * MEGABYTE,
      maxAgeMs: values["audit-log-maxage"] * DAY,
      maxBackups: values["audit-log-maxbackup"],
      compress: values["audit-log-compress"],
    },
    ...backendFrom(values, "audit-log", 1),
  };
}

function webhookFrom(values: FlagValues): AuditWebhookConfig | undefined {
  if (values["audit-webhook-config-file"] === "") return undefined;
  const older = values["audit-webhook-batch-initial-backoff"];
  const newer = values["audit-webhook-initial-backoff"];
  return {
    configFile: values["audit-webhook-config-file"],
    // Both have one default; whichever was set counts.
    initialBackoff: newer === 10_000 ? older : newer,
    ...backendFrom(values, "audit-webhook", PARALLEL_DELIVERIES),
  };
}

function backendFrom(values: FlagValues, prefix: "audit-log" | "audit-webhook", parallel: number): AuditBackendConfig {
  const mode = values[`${prefix}-mode`];
  const qps = values[`${prefix}-batch-throttle-qps`];
  const throttled = values[`${prefix}-batch-throttle-enable`];
  if (mode === "batch" && throttled && qps <= 0)
    throw new UsageError(`--${prefix}-batch-throttle-qps must be more than 0 where batches are throttled`);
  const eventBytes = values[`${prefix}-truncate-max-event-size`];
  const batchBytes = values[`${prefix}-truncate-max-batch-size`];
  const truncated = values[`${prefix}-truncate-enabled`];
  if (truncated && eventBytes > batchBytes)
    throw new UsageError(`--${prefix}-truncate-max-event-size must not be more than --${prefix}-truncate-max-batch-size`);
  return {
    mode: mode === "batch" || mode === "blocking-strict" ? mode : "blocking",
    batch: {
      bufferSize: values[`${prefix}-batch-buffer-size`],
      maxSize: values[`${prefix}-batch-max-size`],
      maxWaitMs: values[`${prefix}-batch-max-wait`],
      throttle: throttled ? { qps, burst: values[`${prefix}-batch-throttle-burst`] } : undefined,
      parallel,
    },
    truncate: truncated ? { eventBytes, batchBytes } : undefined,
  };
}
