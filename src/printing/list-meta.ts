import type { MetaVersion } from "./partial-metadata.ts";

/** The metadata of a list. */
export interface ListMeta {
  readonly resourceVersion?: string | undefined;
  readonly continue?: string | undefined;
  readonly remainingItemCount?: number | undefined;
  /** The list has `continue` even where it is empty, as those of custom resources do. */
  readonly tellsEnd?: boolean | undefined;
}

/** A list's metadata as JSON, members in the order in which clients receive them, empty ones left out. */
export function listMetaJson({ resourceVersion, continue: token, remainingItemCount, tellsEnd = false }: ListMeta): string {
  return JSON.stringify({
    ...(resourceVersion === undefined || resourceVersion === "" ? {} : { resourceVersion }),
    ...(token !== undefined && (token !== "" || tellsEnd) ? { continue: token } : {}),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  });
}

/** What stands before the items of a PartialObjectMetadataList, and what follows them. An empty one has `null` items. */
export function partialMetadataListFrame(
  version: MetaVersion,
  meta: ListMeta,
  empty: boolean,
): { readonly header: Buffer; readonly footer: Buffer } {
  const head = `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/${version}","metadata":${listMetaJson(meta)},"items":`;
  return empty
    ? { header: Buffer.from(`${head}null`), footer: Buffer.from("}\n") }
    : { header: Buffer.from(`${head}[`), footer: Buffer.from("]}\n") };
}
