import { follow } from "../../storage/cache/follow.ts";
import type { ResourceCache } from "../../storage/cache/resource-cache.ts";
import { GraphLoader, type GraphKind, type NodeGraph } from "./node-graph.ts";

const SOURCES: readonly (readonly [GraphKind, string, string])[] = [
  ["Pod", "", "pods"],
  ["PersistentVolume", "", "persistentvolumes"],
  ["VolumeAttachment", "storage.k8s.io", "volumeattachments"],
  ["ResourceSlice", "resource.k8s.io", "resourceslices"],
];

/** Fills a graph from the caches and keeps it with them; resolves when it shows the cluster. Errors: StorageError. */
export async function followNodes(graph: NodeGraph, cacheOf: (group: string, plural: string) => ResourceCache): Promise<void> {
  await Promise.all(
    SOURCES.map(async ([kind, group, plural]) => {
      const loader = new GraphLoader(graph, kind);
      await follow(cacheOf(group, plural), loader);
      await loader.loaded;
    }),
  );
}
