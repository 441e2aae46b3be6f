import { JsonError } from "../codec/json-scan.ts";
import { parseJson } from "../codec/json-text.ts";
import { parseYaml, YamlError } from "../codec/yaml-read.ts";
import { isObject, type JsonValue } from "../object/json.ts";
import { badRequest } from "../object/status.ts";
import { openEnvelope } from "../protobuf/envelope.ts";
import { ProtobufError } from "../protobuf/wire-reader.ts";
import type { RequestContext } from "../request/context.ts";
import { decode } from "../schema/decode.ts";
import type { ObjectSchema } from "../schema/schema.ts";
import type { BodyFormat } from "./decode-body.ts";
import { deleteOptions, type DeleteOptions } from "./delete-options.ts";
import type { Registry } from "./registry.ts";
import { bodyOf } from "./request-body.ts";

const TYPE = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";
const SCHEME = "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27";

/** The options of a delete, from its body or its query. Errors: StatusError 400, 415, 422. */
export async function readDeleteOptions(
  registry: Registry,
  { request, audit }: RequestContext,
  query: URLSearchParams,
): Promise<DeleteOptions> {
  const { bytes, format } = await bodyOf(request);
  if (bytes.length === 0) return deleteOptions(undefined, query);
  const schema = registry.types.schemaFor(TYPE);
  const value = read(bytes, format, registry, schema);
  if (isObject(value)) {
    const { kind, apiVersion } = value;
    if (typeof kind === "string" && kind !== "" && kind !== "DeleteOptions") {
      throw badRequest(
        `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion ?? "")} in scheme ${JSON.stringify(SCHEME)}`,
      );
    }
  }
  const decoded = decode(value, schema);
  if (!decoded.ok) throw badRequest(decoded.message);
  if (isObject(decoded.value)) audit?.deleteOptions(decoded.value);
  return deleteOptions(decoded.value, query);
}

function read(bytes: Buffer, format: BodyFormat, { protobuf }: Registry, schema: ObjectSchema): JsonValue {
  try {
    switch (format) {
      case "json":
        return parseJson(bytes.toString("utf8")).value;
      case "yaml":
        return parseYaml(bytes.toString("utf8")).value;
      case "protobuf": {
        const { apiVersion, kind, raw } = openEnvelope(bytes);
        return { ...protobuf.read(raw, schema), apiVersion, kind };
      }
    }
  } catch (error) {
    if (error instanceof JsonError) throw badRequest(`couldn't get version/kind; json parse error: ${error.message}`);
    if (error instanceof YamlError || error instanceof ProtobufError) throw badRequest(error.message);
    throw error;
  }
}
