import { follow } from "../../storage/cache/follow.ts";
import type { ResourceCache } from "../../storage/cache/resource-cache.ts";
import type { RbacIndex, RbacKind } from "./rbac-index.ts";

/** Where the four kinds are found. */
type RbacCaches = Readonly<Record<RbacKind, ResourceCache>>;

/** Fills an index from the caches and keeps it with them. Errors: StorageError where the first load fails. */
export async function followRoles(index: RbacIndex, caches: RbacCaches): Promise<Disposable> {
  const kinds: readonly RbacKind[] = ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"];
  const followed = await Promise.all(
    kinds.map((kind) =>
      follow(caches[kind], {
        reset(records) {
          index.clear(kind);
          for (const record of records) {
            index.change(kind, record.object(), undefined);
            // The index holds what it needs; ten thousand parsed bindings are not part of it.
            record.dropObject();
          }
        },
        changed: ({ current, previous }) => index.change(kind, current?.object(), previous?.object()),
      }),
    ),
  );
  return {
    [Symbol.dispose]() {
      for (const one of followed) one[Symbol.dispose]();
    },
  };
}
