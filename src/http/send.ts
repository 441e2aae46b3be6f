import type { ApiAnswer } from "../request/exchange.ts";
import { answerGzip } from "./gzip.ts";
import { HoldingSink } from "./holding-sink.ts";
import type { HttpLimits } from "./limits.ts";
import type { Outlet } from "./outlet.ts";
import { StreamSink } from "./sink.ts";

/** Bodies above this go out piece by piece, so that encrypting one never keeps other requests waiting. */
const PIECE = 128 * 1024;

/** Headers of a compressed answer. As in the original, an answer below the threshold does not name Accept-Encoding in Vary. */
function gzipHeaders({ headers }: ApiAnswer): Readonly<Record<string, string>> {
  const given = headers["vary"];
  const vary = given === undefined ? [] : typeof given === "string" ? given.split(/, */) : given;
  return {
    "content-encoding": "gzip",
    "vary": vary.includes("Accept-Encoding") ? vary.join(", ") : ["Accept-Encoding", ...vary].join(", "),
  };
}

/**
 * Sends one answer; `gzip`: it may be compressed where it is big. Returns a promise only where the body is written piece
 * by piece; it rejects with the body function's fault after the answer was broken off.
 */
export function send(outlet: Outlet, answer: ApiAnswer, gzip: boolean, limits: HttpLimits): Promise<void> | undefined {
  const { body, status } = answer;
  if (status === 204 || status === 304) {
    outlet.head(answer, undefined, undefined, true);
  } else if (body === undefined) {
    outlet.head(answer, undefined, 0, true);
  } else if (outlet.headOnly) {
    outlet.head(answer, undefined, Buffer.isBuffer(body) ? body.length : undefined, true);
  } else if (typeof body === "function") {
    return sendStream(outlet, answer, body, gzip, limits);
  } else if (gzip && body.length >= limits.gzipFrom) {
    const sink = gzipSink(outlet, answer, limits);
    sink.write(body);
    sink.end();
  } else {
    outlet.head(answer, undefined, body.length, false);
    if (body.length > PIECE) return sendPieces(new StreamSink(outlet.out, limits.stallMs, () => outlet.kill()), body);
    outlet.out.end(body);
  }
  return undefined;
}

async function sendPieces(sink: StreamSink, body: Buffer): Promise<void> {
  for (let at = 0; at < body.length && !sink.closed; at += PIECE) {
    if (!sink.write(body.subarray(at, at + PIECE))) await sink.drained();
  }
  sink.end();
}

async function sendStream(
  outlet: Outlet,
  answer: ApiAnswer,
  body: Extract<ApiAnswer["body"], Function>,
  gzip: boolean,
  limits: HttpLimits,
): Promise<void> {
  const sink = gzip ? undecidedSink(outlet, answer, limits) : plainSink(outlet, answer, limits);
  try {
    await body(sink);
  } catch (error) {
    outlet.kill();
    throw error;
  }
  sink.end();
}

function plainSink(outlet: Outlet, answer: ApiAnswer, limits: HttpLimits): StreamSink {
  outlet.head(answer, undefined, undefined, false);
  return new StreamSink(outlet.out, limits.stallMs, () => outlet.kill());
}

function gzipSink(outlet: Outlet, answer: ApiAnswer, limits: HttpLimits): StreamSink {
  outlet.head(answer, gzipHeaders(answer), undefined, false);
  const gzip = answerGzip();
  gzip.on("error", () => outlet.kill());
  outlet.out.once("close", () => gzip.destroy());
  gzip.pipe(outlet.out);
  return new StreamSink(gzip, limits.stallMs, () => outlet.kill());
}

function undecidedSink(outlet: Outlet, answer: ApiAnswer, limits: HttpLimits): HoldingSink {
  return new HoldingSink(
    limits.gzipFrom,
    () => gzipSink(outlet, answer, limits),
    (body) => {
      outlet.head(answer, undefined, body.length, false);
      outlet.out.end(body);
    },
    (callback) => outlet.out.once("close", callback),
  );
}
