import type { ApiAnswer } from "./exchange.ts";

/** A plain text answer. */
export function textAnswer(status: number, text: string, nosniff: boolean): ApiAnswer {
  return {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...(nosniff ? { "x-content-type-options": "nosniff" } : {}) },
    body: Buffer.from(text),
  };
}

/** What is no path at all, in the words of the original's mux. */
export function pageNotFound(): ApiAnswer {
  return textAnswer(404, "404 page not found\n", true);
}
