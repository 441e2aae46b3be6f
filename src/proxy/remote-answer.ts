import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { BrokenSource, type ApiAnswer, type BodySink } from "../request/exchange.ts";
import { headerLines } from "../request/header-values.ts";
import { textAnswer } from "../request/text-answer.ts";
import { headersFrom, hopByHop } from "./forwarded-headers.ts";
import { HtmlLinks, rewrittenLink, type LinkBase } from "./links.ts";

/** Headers of an answer that the listener and the chain write themselves. */
const OWN: ReadonlySet<string> = new Set(["content-length", "audit-id"]);

/** How an answer is passed on. */
interface PassingOn {
  /** Of the request. */
  readonly method: string;
  /** The answer was asked for in gzip on nobody's behalf: the client gets it plain. */
  readonly unzip: boolean;
  readonly rejectRedirects: boolean;
  /** What the server's links become; undefined: they stay as they are. */
  readonly links: LinkBase | undefined;
  /** Called once, when the answer has been read or given up. */
  readonly done: () => void;
}

/** The answer of another server as one of this server: its body goes on as it comes, no faster than the client takes it. */
export function passedOn(response: IncomingMessage, { method, unzip, rejectRedirects, links, done }: PassingOn): ApiAnswer {
  // What breaks before the body is read is told by reading it.
  response.on("error", () => {});
  const status = response.statusCode ?? 502;
  if (status < 200 || status > 599) {
    response.destroy();
    done();
    return textAnswer(502, `the backend answered with the status code ${status}, which is none`, false);
  }
  if (rejectRedirects && status >= 300 && status <= 399 && response.headers.location !== undefined) {
    response.destroy();
    done();
    return textAnswer(502, "the backend attempted to redirect this request, which is not permitted", false);
  }
  const isHop = hopByHop(response);
  const headers = headersFrom([...headerLines(response)].filter(([name]) => !isHop(name) && !OWN.has(name)));
  if (links !== undefined && typeof headers["location"] === "string") headers["location"] = rewrittenLink(headers["location"], links);
  const zipped = unzip && response.headers["content-encoding"] === "gzip";
  if (zipped) delete headers["content-encoding"];
  if (method === "HEAD" || status === 204 || status === 304) {
    response.resume();
    done();
    return { status, headers, foreign: true, body: async () => {} };
  }
  const plain = zipped ? unzipped(response) : response;
  const isPage = links !== undefined && headers["content-encoding"] === undefined && isHtml(response.headers["content-type"]);
  return { status, headers, foreign: true, body: (sink) => pump(response, isPage ? rewritten(plain, links) : plain, sink, done) };
}

function unzipped(response: IncomingMessage): Readable {
  const gunzip = createGunzip();
  response.once("error", (error) => gunzip.destroy(error));
  response.once("close", () => response.complete || gunzip.destroy(new Error("unexpected EOF")));
  return response.pipe(gunzip);
}

function isHtml(contentType = ""): boolean {
  return contentType.split(";", 1)[0]?.trim().toLowerCase() === "text/html";
}

/** A page with its links rewritten. Bytes are read as such: tags are ASCII in every encoding of pages that counts. */
async function* rewritten(page: Readable, base: LinkBase): AsyncGenerator<Buffer> {
  const links = new HtmlLinks(base);
  for await (const piece of page as AsyncIterable<Buffer>) {
    const text = links.push(piece.toString("latin1"));
    if (text !== "") yield Buffer.from(text, "latin1");
  }
  yield Buffer.from(links.end(), "latin1");
}

async function pump(response: IncomingMessage, source: AsyncIterable<Buffer>, sink: BodySink, done: () => void): Promise<void> {
  sink.onClose(() => response.destroy());
  try {
    for await (const piece of source) {
      if (sink.closed) return;
      if (!sink.write(piece)) await sink.drained();
    }
  } catch (error) {
    if (!sink.closed) throw new BrokenSource("the answer of another server broke off", { cause: error });
  } finally {
    response.destroy();
    done();
  }
}
