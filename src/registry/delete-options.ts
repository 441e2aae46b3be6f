import { invalidField, notSupportedField, type FieldError } from "../object/field-error.ts";
import { isObject, type JsonObject, type JsonValue } from "../object/json.ts";
import { invalid } from "../object/status.ts";
import { isTrue } from "../request/info.ts";
import { integerOption } from "./list-options.ts";
import { dryRunErrors } from "./write-options.ts";

type Propagation = "Orphan" | "Background" | "Foreground";

/** meta/v1 DeleteOptions, typed and checked. */
export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: Propagation | undefined;
  /** The old form of propagationPolicy. */
  readonly orphanDependents: boolean | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly raw: JsonObject;
}

/** Reads the options of a delete from its body, where there is one, else from the query. Errors: StatusError 400, 422. */
export function deleteOptions(body: JsonValue | undefined, query: URLSearchParams = new URLSearchParams()): DeleteOptions {
  const source = isObject(body) ? body : fromQuery(query);
  const dryRun = (source["dryRun"] ?? []) as string[];
  const policy = source["propagationPolicy"];
  const orphan = source["orphanDependents"];
  const grace = source["gracePeriodSeconds"];
  const preconditions = isObject(source["preconditions"]) ? source["preconditions"] : {};
  const errors: FieldError[] = [];
  if (orphan !== undefined && policy !== undefined)
    errors.push(invalidField("propagationPolicy", policy, "orphanDependents and deletionPropagation cannot be both set"));
  if (policy !== undefined && policy !== "Orphan" && policy !== "Background" && policy !== "Foreground") {
    errors.push(notSupportedField("propagationPolicy", policy, ["Foreground", "Background", "Orphan", "nil"]));
  }
  errors.push(...dryRunErrors(dryRun));
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", errors);
  return {
    dryRun: dryRun.length > 0,
    gracePeriodSeconds: grace === undefined ? undefined : Number(grace),
    propagationPolicy: policy as Propagation | undefined,
    orphanDependents: typeof orphan === "boolean" ? orphan : undefined,
    uid: typeof preconditions["uid"] === "string" ? preconditions["uid"] : undefined,
    resourceVersion: typeof preconditions["resourceVersion"] === "string" ? preconditions["resourceVersion"] : undefined,
    raw: { ...source, kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1" },
  };
}

function fromQuery(query: URLSearchParams): JsonObject {
  const options: JsonObject = {};
  const grace = integerOption(query.get("gracePeriodSeconds"));
  if (grace !== undefined) options["gracePeriodSeconds"] = grace;
  const policy = query.get("propagationPolicy");
  if (policy !== null) options["propagationPolicy"] = policy;
  const orphan = query.get("orphanDependents");
  if (orphan !== null) options["orphanDependents"] = isTrue(orphan);
  const dryRun = query.getAll("dryRun");
  if (dryRun.length > 0) options["dryRun"] = dryRun;
  return options;
}
