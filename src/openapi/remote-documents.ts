import type { ReadonlyJsonObject } from "../object/json.ts";

/** What the OpenAPI v2 document of another server says of one of its group versions, as it was sent. */
export interface RemoteV2 {
  /** Where the group version lies: "/apis/example.com/v1". */
  readonly path: string;
  readonly document: ReadonlyJsonObject;
}

/** OpenAPI of group versions that other servers answer for. */
export interface RemoteDocuments {
  /** Addresses of their v3 documents, by what the index lists them under ("apis/example.com/v1"). */
  v3(): ReadonlyMap<string, string>;
  /** Their v2 documents as far as they are known, and a text that differs where they do. Never takes long, never rejects. */
  v2(): Promise<{ readonly tag: string; readonly documents: readonly RemoteV2[] }>;
}
