import type { ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import type { StatusError } from "../object/status.ts";
import type { AdmissionAttributes, AdmissionPlugin, Operation } from "./admission.ts";
import { refuse } from "./attributes.ts";

/** A write, as a program that embeds the server sees it. */
export interface AdmissionRequest {
  readonly operation: Operation;
  /** Of the resource in its stored version, which the objects are in. */
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  /** "" for the resource itself. */
  readonly subresource: string;
  readonly namespace: string;
  /** "" for a create that leaves the name to the server. */
  readonly name: string;
  /**
   * The new object; undefined for deletes. `mutate` changes it in place, `validate` must not. Of a CONNECT it is what the
   * query asked for (PodExecOptions), which has no metadata.
   */
  readonly object: KubeObject | undefined;
  /** The object as stored, read-only; undefined for creates. */
  readonly oldObject: KubeObject | undefined;
  readonly user: { readonly name: string; readonly uid?: string; readonly groups: readonly string[] };
  /** CreateOptions, UpdateOptions, PatchOptions or DeleteOptions as the client gave them. */
  readonly options: ReadonlyJsonObject;
  readonly dryRun: boolean;
  /** Adds a text to the Warning headers of the answer. */
  warn(text: string): void;
  /** Adds an annotation to the audit event, under the function's name. */
  annotate(key: string, value: string): void;
  /** The error to throw: 403 with this text. */
  refusal(text: string): Error;
}

/**
 * Admission by a function of the program that embeds the server, where others need an HTTPS webhook: it is called where
 * webhooks are, with every write. What it throws besides `refusal` is taken for a bug and answered 500.
 */
export interface AdmissionFunction {
  /** Names it in audit annotations. */
  readonly name: string;
  /** Whether it wants to see a write; absent: it sees all. */
  readonly handles?: (request: AdmissionRequest) => boolean;
  readonly mutate?: (request: AdmissionRequest) => void | Promise<void>;
  readonly validate?: (request: AdmissionRequest) => void | Promise<void>;
}

/** A function as a plugin of the chain. */
export function inProcessPlugin(own: AdmissionFunction): AdmissionPlugin {
  const { name, handles, mutate, validate } = own;
  return {
    name,
    handles: (attributes) => handles?.(requestOf(name, attributes)) ?? true,
    ...(mutate === undefined ? {} : { mutate: (attributes: AdmissionAttributes) => mutate.call(own, requestOf(name, attributes)) }),
    ...(validate === undefined ? {} : { validate: (attributes: AdmissionAttributes) => validate.call(own, requestOf(name, attributes)) }),
  };
}

function requestOf(name: string, attributes: AdmissionAttributes): AdmissionRequest {
  const { definition, user } = attributes;
  return {
    operation: attributes.operation,
    group: definition.hub.group,
    version: definition.hub.version,
    resource: definition.plural,
    kind: definition.kind,
    subresource: attributes.subresource,
    namespace: attributes.namespace,
    name: attributes.name,
    object: attributes.object,
    oldObject: attributes.oldObject,
    user: { name: user.name, groups: user.groups, ...(user.uid === undefined ? {} : { uid: user.uid }) },
    options: attributes.options,
    dryRun: attributes.dryRun,
    warn: (text) => attributes.warn(text),
    annotate: (key, value) => attributes.annotate(`${name}/${key}`, value),
    refusal: (text): StatusError => refuse(attributes, text),
  };
}
