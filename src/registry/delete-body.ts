import { JsonError } from "../codec/json-scan.ts";
import { parseJson } from "../codec/json-text.ts";
import { isObject, type JsonValue } from "../object/json.ts";
import { badRequest } from "../object/status.ts";
import type { ApiRequest } from "../request/exchange.ts";
import { deleteOptions, type DeleteOptions } from "./delete-options.ts";
import { bodyOf } from "./request-body.ts";

/** Integer and boolean members of DeleteOptions, with what a wrong value is told. */
const MEMBER_TYPES: Readonly<Record<string, { readonly type: string; readonly goType: string }>> = {
  gracePeriodSeconds: { type: "number", goType: "int64" },
  orphanDependents: { type: "boolean", goType: "bool" },
  propagationPolicy: { type: "string", goType: "v1.DeletionPropagation" },
};

/** The options of a delete, from its body or its query. Errors: StatusError 400, 415, 422. */
export async function readDeleteOptions(request: ApiRequest, query: URLSearchParams): Promise<DeleteOptions> {
  const { bytes, format } = await bodyOf(request);
  if (bytes.length === 0) return deleteOptions(undefined, query);
  let value: JsonValue;
  try {
    value = format === "json" ? parseJson(bytes.toString("utf8")).value : null;
  } catch (error) {
    if (error instanceof JsonError) throw badRequest(`couldn't get version/kind; json parse error: ${error.message}`);
    throw error;
  }
  if (isObject(value)) {
    const { kind, apiVersion } = value;
    if (typeof kind === "string" && kind !== "" && kind !== "DeleteOptions") {
      throw badRequest(
        `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion ?? "")} in scheme "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"`,
      );
    }
    for (const [member, { type, goType }] of Object.entries(MEMBER_TYPES)) {
      const found = value[member];
      if (found === null) delete value[member];
      else if (found !== undefined && typeof found !== type)
        throw badRequest(
          `json: cannot unmarshal ${typeof found === "boolean" ? "bool" : typeof found} into Go struct field DeleteOptions.${member} of type ${goType}`,
        );
    }
  }
  return deleteOptions(value, query);
}
