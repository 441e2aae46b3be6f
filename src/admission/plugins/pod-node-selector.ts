import { ConfigurationError } from "../../codec/configuration-file.ts";
import { isObject, setOwn, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { objectIn, stringIn } from "../../object/read.ts";
import { PODS } from "../../object/resource-ids.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { concerns, refuse, specOf } from "../attributes.ts";
import { existingNamespace, type ClusterView } from "../cluster-view.ts";

const ANNOTATION = "scheduler.alpha.kubernetes.io/node-selector";
/** The configuration's selector for namespaces that name none; its other members allow labels by namespace. */
const CLUSTER_DEFAULT = "clusterDefaultNodeSelector";

type Labels = ReadonlyMap<string, string>;

/** Reads podNodeSelectorPluginConfig: labels by namespace. Errors: ConfigurationError. */
export function readNodeSelectors(document: ReadonlyJsonObject): ReadonlyMap<string, Labels> {
  const config = objectIn(document, "podNodeSelectorPluginConfig");
  return new Map(
    Object.keys(config).map((name) => {
      const labels = labelsOf(stringIn(config, name));
      if (labels === undefined)
        throw new ConfigurationError(`podNodeSelectorPluginConfig.${name}: it must be of the form key=value,key=value`);
      return [name, labels];
    }),
  );
}

/** Keeps the pods of a namespace on the nodes that are its own, by labels that an annotation of the namespace names. */
export function podNodeSelector(view: ClusterView, configured: ReadonlyMap<string, Labels>): AdmissionPlugin {
  const ofNamespace = async (attributes: AdmissionAttributes): Promise<Labels> => {
    const namespace = await existingNamespace(view, attributes.namespace);
    const text = namespace.metadata.annotations?.[ANNOTATION];
    if (text === undefined) return configured.get(CLUSTER_DEFAULT) ?? new Map();
    const labels = labelsOf(text);
    if (labels === undefined) throw refuse(attributes, `invalid selector: [${text}]`);
    return labels;
  };
  const check = (attributes: AdmissionAttributes, wanted: Labels): void => {
    const own = objectIn(objectIn(attributes.object ?? {}, "spec"), "nodeSelector");
    if ([...wanted].some(([key, value]) => Object.hasOwn(own, key) && own[key] !== value))
      throw refuse(attributes, "pod node label selector conflicts with its namespace node label selector");
    const allowed = configured.get(attributes.namespace);
    if (allowed === undefined || allowed.size === 0) return;
    if (Object.entries(own).some(([key, value]) => allowed.get(key) !== value))
      throw refuse(attributes, "pod node label selector labels conflict with its namespace whitelist");
  };
  return {
    name: "PodNodeSelector",
    handles: (attributes) => concerns(attributes, PODS, "CREATE"),
    async mutate(attributes) {
      const wanted = await ofNamespace(attributes);
      check(attributes, wanted);
      if (wanted.size === 0) return;
      const spec = specOf(attributes);
      const own: JsonObject = isObject(spec["nodeSelector"]) ? spec["nodeSelector"] : {};
      for (const [key, value] of wanted) setOwn(own, key, value);
      spec["nodeSelector"] = own;
      check(attributes, wanted);
    },
    async validate(attributes) {
      check(attributes, await ofNamespace(attributes));
    },
  };
}

/** "a=b,c=d" as labels; undefined for another text. */
function labelsOf(text: string): Labels | undefined {
  const labels = new Map<string, string>();
  for (const part of text === "" ? [] : text.split(",")) {
    const [key, value, ...rest] = part.split("=").map((one) => one.trim());
    if (key === undefined || key === "" || value === undefined || rest.length > 0) return undefined;
    labels.set(key, value);
  }
  return labels;
}
