import type { RequestContext } from "../request/context.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import type { Definitions } from "../resources/definitions.ts";
import type { TypeTable } from "../schema/load.ts";

export interface DocumentOptions {
  readonly definitions: Definitions;
  readonly types: TypeTable;
}

/** Answers the paths that are no resources. */
export function apiDocuments(_options: DocumentOptions): (context: RequestContext) => Promise<ApiAnswer | undefined> {
  return async ({ info }) => {
    if (info.path === "/healthz" || info.path === "/livez" || info.path === "/readyz") return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: Buffer.from("ok") };
    return undefined;
  };
}
