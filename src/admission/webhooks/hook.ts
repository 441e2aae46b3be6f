import type { ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { ExpressionCompiler } from "../../resources/admissionregistration/policy-expressions.ts";
import { readClientConfig, type ClientConfig } from "../../webhook/client-config.ts";
import { reviewVersion, type ReviewVersion } from "../../webhook/review-type.ts";
import { webhookCriteria, type Criteria } from "../matching/criteria.ts";
import type { Expression } from "../policies/expression.ts";
import { compileConditions } from "../policies/match-conditions.ts";

/** Seconds that a webhook gets which says nothing. */
const DEFAULT_TIMEOUT_S = 10;

/** One webhook of a configuration, read. */
export interface Hook {
  /** Of all webhooks that there are. */
  readonly key: string;
  readonly name: string;
  readonly configuration: string;
  readonly criteria: Criteria;
  /** Compiled when they are first needed, once for this version of the configuration. */
  readonly conditions: () => readonly Expression[];
  readonly hasConditions: boolean;
  readonly client: ClientConfig;
  readonly ignoresFailure: boolean;
  readonly timeoutMs: number;
  /** It has no effects beside its answer, at least in dry runs. */
  readonly bearsDryRun: boolean;
  /** The first version that it and this server speak. */
  readonly reviewVersion: ReviewVersion;
  readonly reinvoked: boolean;
}

/** Reads the webhooks of a MutatingWebhookConfiguration or ValidatingWebhookConfiguration, in their order. */
export function hooksOf(object: KubeObject): readonly Hook[] {
  const configuration = object.metadata.name ?? "";
  const seen = new Map<string, number>();
  return objectsIn(object, "webhooks").map((webhook) => {
    const name = stringIn(webhook, "name");
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return readHook(webhook, name, configuration, `${configuration}/${name}/${count}`);
  });
}

function readHook(webhook: ReadonlyJsonObject, name: string, configuration: string, key: string): Hook {
  let conditions: readonly Expression[] | undefined;
  return {
    key,
    name,
    configuration,
    criteria: webhookCriteria(webhook),
    conditions: () => (conditions ??= compileConditions(webhook, new ExpressionCompiler(false), false)),
    hasConditions: objectsIn(webhook, "matchConditions").length > 0,
    client: readClientConfig(objectIn(webhook, "clientConfig")),
    ignoresFailure: stringIn(webhook, "failurePolicy") === "Ignore",
    timeoutMs: (numberIn(webhook, "timeoutSeconds") || DEFAULT_TIMEOUT_S) * 1000,
    bearsDryRun: ["None", "NoneOnDryRun"].includes(stringIn(webhook, "sideEffects")),
    reviewVersion: reviewVersion(stringsIn(webhook, "admissionReviewVersions")),
    reinvoked: stringIn(webhook, "reinvocationPolicy") === "IfNeeded",
  };
}
