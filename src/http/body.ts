import type { Readable } from "node:stream";
import { badRequest, requestEntityTooLarge } from "../object/status.ts";

const EMPTY = Buffer.alloc(0);

/** How one body is read. */
interface BodyReading {
  /** Content-Length as the client sent it. */
  readonly declared: string | undefined;
  readonly limit: number;
  readonly timeoutMs: number;
  /** Bytes over the limit that are read and thrown away before the refusal. */
  readonly discardBytes: number;
  /** Ends a peer that sends too slowly. */
  readonly kill: () => void;
}

/**
 * Reads a whole request body into one buffer. Errors: StatusError 413 over the limit (at once where Content-Length says
 * so), 400 where the peer broke off or was too slow.
 */
export function readBody(source: Readable, reading: BodyReading): Promise<Buffer> {
  if (source.readableEnded) return Promise.resolve(EMPTY);
  if (source.destroyed) return Promise.reject(brokenOff());
  const declared = Number(reading.declared ?? 0);
  if (declared > reading.limit + reading.discardBytes) return Promise.reject(tooLarge(reading.limit));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (): void => {
      clearTimeout(timer);
      source.off("data", onData).off("end", onEnd).off("close", onClose);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= reading.limit) {
        chunks.push(chunk);
      } else {
        chunks.length = 0;
        if (size > reading.limit + reading.discardBytes) {
          finish();
          source.pause();
          reject(tooLarge(reading.limit));
        }
      }
    };
    const onEnd = (): void => {
      finish();
      if (size > reading.limit) reject(tooLarge(reading.limit));
      else if (size < declared) reject(brokenOff()); // an HTTP/2 stream reset without an error ends like a whole one
      else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size));
    };
    const onClose = (): void => {
      finish();
      reject(brokenOff());
    };
    const timer = setTimeout(() => {
      finish();
      reject(badRequest("the request body did not arrive in time"));
      reading.kill();
    }, reading.timeoutMs);
    source.on("data", onData).on("end", onEnd).on("close", onClose);
  });
}

/** Marks a promise as handled: a handler that gave up on its request (a deadline) does not look at it any more. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function tooLarge(limit: number): Error {
  return requestEntityTooLarge(`limit is ${limit}`);
}

function brokenOff(): Error {
  return badRequest("unexpected end of the request body");
}
