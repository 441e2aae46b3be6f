import type { KubeObject } from "../../object/kube-object.ts";
import { isObject } from "../../object/json.ts";
import { INGRESS_CLASSES, PERSISTENT_VOLUME_CLAIMS, STORAGE_CLASSES } from "../../object/resource-ids.ts";
import type { ResourceRef } from "../../object/status.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { concerns } from "../attributes.ts";
import type { ClusterView } from "../cluster-view.ts";

interface DefaultClass {
  readonly name: string;
  /** What names a class. */
  readonly resource: ResourceRef;
  /** The field of spec that names the class. */
  readonly field: string;
  /** Annotation that names it in the old way. */
  readonly oldAnnotation: string;
  readonly classes: ResourceRef;
  /** Annotations that make a class the default. */
  readonly marks: readonly string[];
}

/** Claims that name no class get the cluster's default one (concepts/storage/storage-classes). */
export function defaultStorageClass(view: ClusterView): AdmissionPlugin {
  return defaultClass(view, {
    name: "DefaultStorageClass",
    resource: PERSISTENT_VOLUME_CLAIMS,
    field: "storageClassName",
    oldAnnotation: "volume.beta.kubernetes.io/storage-class",
    classes: STORAGE_CLASSES,
    marks: ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"],
  });
}

/** Ingresses that name no class get the cluster's default one (concepts/services-networking/ingress). */
export function defaultIngressClass(view: ClusterView): AdmissionPlugin {
  return defaultClass(view, {
    name: "DefaultIngressClass",
    resource: { group: "networking.k8s.io", plural: "ingresses" },
    field: "ingressClassName",
    oldAnnotation: "kubernetes.io/ingress.class",
    classes: INGRESS_CLASSES,
    marks: ["ingressclass.kubernetes.io/is-default-class"],
  });
}

function defaultClass(view: ClusterView, { name, resource, field, oldAnnotation, classes, marks }: DefaultClass): AdmissionPlugin {
  return {
    name,
    handles: (attributes) => concerns(attributes, resource, "CREATE"),
    async mutate({ object }) {
      if (object === undefined || object.metadata.annotations?.[oldAnnotation] !== undefined) return;
      const spec = isObject(object["spec"]) ? object["spec"] : {};
      if (spec[field] !== undefined) return;
      const found = newest((await view.list(classes)).filter((one) => marks.some((mark) => one.metadata.annotations?.[mark] === "true")));
      if (found !== undefined) object["spec"] = { ...spec, [field]: found.metadata.name as string };
    },
  };
}

/** Of several defaults the newest; of equally new ones the first by name. */
function newest(classes: readonly KubeObject[]): KubeObject | undefined {
  const time = (one: KubeObject): string => one.metadata.creationTimestamp ?? "";
  return [...classes].sort((a, b) =>
    time(a) === time(b) ? ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1) : time(a) < time(b) ? 1 : -1,
  )[0];
}
