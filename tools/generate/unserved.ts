/**
 * Types that clients and webhooks exchange with the server although no OpenAPI document describes them. They are
 * made from their protobuf messages; members named here have no omitempty in Go.
 */
export const unservedTypes: Readonly<Record<string, { readonly kinds?: readonly string[]; readonly required?: string }>> = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.ListOptions": { kinds: ["meta.k8s.io/v1/ListOptions", "v1/ListOptions"] },
  "io.k8s.apimachinery.pkg.apis.meta.v1.GetOptions": { kinds: ["meta.k8s.io/v1/GetOptions", "v1/GetOptions"] },
  "io.k8s.apimachinery.pkg.apis.meta.v1.CreateOptions": { kinds: ["meta.k8s.io/v1/CreateOptions", "v1/CreateOptions"] },
  "io.k8s.apimachinery.pkg.apis.meta.v1.UpdateOptions": { kinds: ["meta.k8s.io/v1/UpdateOptions", "v1/UpdateOptions"] },
  "io.k8s.apimachinery.pkg.apis.meta.v1.PatchOptions": { kinds: ["meta.k8s.io/v1/PatchOptions", "v1/PatchOptions"] },
  "io.k8s.apimachinery.pkg.apis.meta.v1.TableOptions": { kinds: ["meta.k8s.io/v1/TableOptions"] },
  "io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata": {
    kinds: ["meta.k8s.io/v1/PartialObjectMetadata", "meta.k8s.io/v1beta1/PartialObjectMetadata"],
  },
  "io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadataList": {
    kinds: ["meta.k8s.io/v1/PartialObjectMetadataList", "meta.k8s.io/v1beta1/PartialObjectMetadataList"],
    required: "items",
  },
  "io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionKind": { required: "group version kind" },
  "io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionResource": { required: "group version resource" },
  "io.k8s.api.admission.v1.AdmissionReview": { kinds: ["admission.k8s.io/v1/AdmissionReview"] },
  "io.k8s.api.admission.v1.AdmissionRequest": { required: "uid kind resource operation userInfo" },
  "io.k8s.api.admission.v1.AdmissionResponse": { required: "uid allowed" },
  "io.k8s.api.admission.v1beta1.AdmissionReview": { kinds: ["admission.k8s.io/v1beta1/AdmissionReview"] },
  "io.k8s.api.admission.v1beta1.AdmissionRequest": { required: "uid kind resource operation userInfo" },
  "io.k8s.api.admission.v1beta1.AdmissionResponse": { required: "uid allowed" },
  "io.k8s.api.apidiscovery.v2.APIGroupDiscovery": { kinds: ["apidiscovery.k8s.io/v2/APIGroupDiscovery"] },
  "io.k8s.api.apidiscovery.v2.APIGroupDiscoveryList": {
    kinds: ["apidiscovery.k8s.io/v2/APIGroupDiscoveryList"],
    required: "items",
  },
  "io.k8s.api.apidiscovery.v2.APIVersionDiscovery": { required: "version" },
  "io.k8s.api.apidiscovery.v2.APIResourceDiscovery": { required: "resource scope singularResource verbs" },
  "io.k8s.api.apidiscovery.v2.APISubresourceDiscovery": { required: "subresource verbs" },
  "io.k8s.api.core.v1.NodeProxyOptions": { kinds: ["v1/NodeProxyOptions"] },
  "io.k8s.api.core.v1.PodAttachOptions": { kinds: ["v1/PodAttachOptions"] },
  "io.k8s.api.core.v1.PodExecOptions": { kinds: ["v1/PodExecOptions"], required: "command" },
  "io.k8s.api.core.v1.PodLogOptions": { kinds: ["v1/PodLogOptions"] },
  "io.k8s.api.core.v1.PodPortForwardOptions": { kinds: ["v1/PodPortForwardOptions"] },
  "io.k8s.api.core.v1.PodProxyOptions": { kinds: ["v1/PodProxyOptions"] },
  "io.k8s.api.core.v1.ServiceProxyOptions": { kinds: ["v1/ServiceProxyOptions"] },
  "io.k8s.api.core.v1.RangeAllocation": { kinds: ["v1/RangeAllocation"], required: "range data" },
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ConversionReview": {
    kinds: ["apiextensions.k8s.io/v1/ConversionReview"],
  },
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ConversionRequest": {
    required: "uid desiredAPIVersion objects",
  },
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ConversionResponse": {
    required: "uid convertedObjects result",
  },
};
