import type { AdmissionPlugin } from "../admission.ts";

/** The finalizers by which a controller keeps storage that is in use (concepts/storage/persistent-volumes). */
const FINALIZERS: Readonly<Record<string, string>> = {
  "/persistentvolumeclaims": "kubernetes.io/pvc-protection",
  "/persistentvolumes": "kubernetes.io/pv-protection",
  "storage.k8s.io/volumeattributesclasses": "kubernetes.io/vac-protection",
};

/** Claims, volumes and attributes classes are not deleted under those who use them. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: "StorageObjectInUseProtection",
  handles: ({ operation, subresource, definition }) =>
    operation === "CREATE" && subresource === "" && Object.hasOwn(FINALIZERS, `${definition.group}/${definition.plural}`),
  mutate({ object, definition }) {
    const finalizer = FINALIZERS[`${definition.group}/${definition.plural}`] as string;
    if (object === undefined || object.metadata.finalizers?.includes(finalizer)) return;
    object.metadata.finalizers = [...(object.metadata.finalizers ?? []), finalizer];
  },
};
