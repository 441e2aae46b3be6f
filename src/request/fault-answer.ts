import { stringifyYaml } from "../codec/yaml-write.ts";
import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import { quoteText } from "../object/quote.ts";
import { StatusError, internalError, type Status } from "../object/status.ts";
import { StorageError } from "../storage/storage.ts";
import { deadlineExceeded, TimeUp } from "./deadline.ts";
import type { ApiAnswer, ApiRequest } from "./exchange.ts";
import { CONTENT_TYPES, negotiateError, type Format } from "./negotiation.ts";
import { queryOf } from "./query.ts";
import { withoutBody } from "./secrets.ts";
import { storageStatus } from "./storage-status.ts";
import { textAnswer } from "./text-answer.ts";

/** A fault that is answered as plain text, with 500: what stands between the client and its answer has failed. */
export class PlainFault extends Error {}

/** What is refused before a verb is looked at; unlike other Statuses it goes out with a word to browsers not to guess what it is. */
export class EarlyRefusal extends StatusError {}

/** What a server does with faults. */
export interface FaultRules {
  /** Told of every fault that is not an answer to the client's own: a bug. */
  readonly onBug: (error: unknown, request: ApiRequest) => void;
  /** A Status as a protobuf body. */
  readonly statusProtobuf: (status: Status) => Buffer;
}

/**
 * The answer to whatever was thrown: a client's fault is its Status, anything else a logged 500 without its details.
 * `sensitive`: the body that was sent may be a secret, and is not shown.
 */
export function faultAnswer(error: unknown, request: ApiRequest, { onBug, statusProtobuf }: FaultRules, sensitive: boolean): ApiAnswer {
  if (error instanceof TimeUp) return lateAnswer(error.status);
  if (error instanceof StatusError)
    return statusAnswer(sensitive ? withoutBody(error.status) : error.status, request, statusProtobuf, error instanceof EarlyRefusal);
  if (error instanceof PlainFault) return plainAnswer(error.message, request);
  if (error instanceof StorageError) return statusAnswer(storageStatus(error), request, statusProtobuf);
  onBug(error, request);
  return statusAnswer(internalError("an unexpected fault, which the server's log describes").status, request, statusProtobuf);
}

function plainAnswer(text: string, { target }: ApiRequest): ApiAnswer {
  const message = `Internal Server Error: ${quoteText(target)}: ${text}`;
  return textAnswer(500, `${message.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")}\n`, true);
}

/** The original answers what is late outside of its API: as text, and without saying that it is a Status. */
function lateAnswer(status: Status): ApiAnswer {
  const { kind: _, apiVersion: __, ...bare } = status;
  return {
    ...textAnswer(status.code, `${JSON.stringify(bare)}\n`, false),
    value: deadlineExceeded().status as unknown as ReadonlyJsonObject,
  };
}

/**
 * What is told of a bug outside of the log: its class, since its message may hold what a client sent. Undefined for
 * faults that are answers.
 */
export function bugName(error: unknown): string | undefined {
  if (error instanceof StatusError || error instanceof StorageError || error instanceof PlainFault) return undefined;
  return error instanceof Error ? error.name : typeof error;
}

/** A Status in the form that the client accepts. */
function statusAnswer(status: Status, request: ApiRequest, statusProtobuf: FaultRules["statusProtobuf"], nosniff = false): ApiAnswer {
  const retry = status.details?.retryAfterSeconds;
  const { format, pretty } = negotiateError({ headers: request.headers, query: queryOf(request.target) });
  return {
    status: status.code,
    headers: {
      "content-type": CONTENT_TYPES[format],
      ...(retry === undefined || retry === 0 ? {} : { "retry-after": String(retry) }),
      ...(nosniff ? { "x-content-type-options": "nosniff" } : {}),
    },
    value: status as unknown as ReadonlyJsonObject,
    body: format === "protobuf" ? statusProtobuf(status) : Buffer.from(statusText(status, format, pretty)),
  };
}

function statusText(status: Status, format: Format, pretty: boolean): string {
  if (format === "yaml") return stringifyYaml(status as unknown as ReadonlyJson);
  return `${JSON.stringify(status, null, pretty ? 2 : 0)}\n`;
}
