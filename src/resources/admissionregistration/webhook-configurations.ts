import { duplicateField, invalidField, requiredField } from "../../object/field-error.ts";
import type { JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsSubdomain } from "../../object/names.ts";
import { objects, structAt } from "../../object/parts.ts";
import { asList, asObject, asString, stringIn, stringsIn } from "../../object/read.ts";
import { REVIEW_VERSIONS } from "../../webhook/review-type.ts";
import { findFaults, type Check } from "../../validation/check.ts";
import { optional, present, required } from "../../validation/presence.ts";
import { between, oneOf } from "../../validation/scalars.ts";
import { all, each, fields, struct } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { countOf, defaultScopes, failurePolicy, matchConditions, matchPolicy, reinvocationPolicy, selector } from "./match-rules.ts";
import { operationRule } from "./operation-rules.ts";
import { checkReviewVersions } from "./review-versions.ts";
import { staticNameWarnings } from "./static-names.ts";
import { DEFAULT_SERVICE_PORT, webhookClientConfig } from "./webhook-client.ts";

const SIDE_EFFECTS = ["None", "NoneOnDryRun"];

/** A name that the server's logs and metrics tell webhooks apart by. */
const webhookName: Check = (value, at, faults) => {
  const name = asString(value);
  const wrong = dnsSubdomain(name);
  if (wrong.length > 0) faults.push(invalidField(at, name, wrong.join(",")));
  else if (name.split(".").length < 3) {
    faults.push(invalidField(at, name, "should be a domain with at least three segments separated by dots"));
  }
};

const reviewVersions: Check = struct((webhook, at, faults) => {
  const versions = stringsIn(webhook, "admissionReviewVersions");
  const place = at.child("admissionReviewVersions");
  if (versions.length === 0) faults.push(requiredField(place, `must specify one of ${REVIEW_VERSIONS.join(", ")}`));
  else checkReviewVersions(versions, place, faults);
});

function webhook(mutating: boolean): Check {
  return all(
    fields({
      name: required(webhookName),
      rules: each(operationRule),
      failurePolicy: optional(failurePolicy),
      matchPolicy: optional(matchPolicy),
      sideEffects: present(oneOf(...SIDE_EFFECTS), `must specify one of ${SIDE_EFFECTS.join(", ")}`),
      timeoutSeconds: optional(between(1, 30, "the timeout value must be between 1 and 30 seconds")),
      namespaceSelector: selector,
      objectSelector: selector,
      ...(mutating ? { reinvocationPolicy: optional(reinvocationPolicy) } : {}),
      clientConfig: webhookClientConfig,
      matchConditions: matchConditions(false),
    }),
    reviewVersions,
  );
}

/** Webhooks of a configuration, each with a name of its own. */
function webhooks(mutating: boolean): Check {
  const check = webhook(mutating);
  return (value, at, faults, context) => {
    const seen = new Set<string>();
    asList(value).forEach((one, i) => {
      check(one, at.index(i), faults, context);
      const name = stringIn(asObject(one), "name");
      if (name !== "" && seen.has(name)) faults.push(duplicateField(at.index(i).child("name"), name));
      seen.add(name);
    });
  };
}

function defaultWebhook(webhook: JsonObject, mutating: boolean): void {
  webhook["failurePolicy"] ??= "Fail";
  webhook["matchPolicy"] ??= "Equivalent";
  webhook["namespaceSelector"] ??= {};
  webhook["objectSelector"] ??= {};
  webhook["timeoutSeconds"] ??= 10;
  if (mutating) webhook["reinvocationPolicy"] ??= "Never";
  defaultScopes(webhook["rules"]);
  const service = structAt(webhook, "clientConfig", "service");
  if (service !== undefined) service["port"] ??= DEFAULT_SERVICE_PORT;
}

function configuration(mutating: boolean): KindBehaviour {
  const rules = fields({ webhooks: webhooks(mutating) });
  return {
    applyDefaults: (object: KubeObject) => {
      for (const one of objects(object["webhooks"])) defaultWebhook(one, mutating);
    },
    strategy: {
      validate: (object) => findFaults(rules, object),
      validateUpdate: (object) => findFaults(rules, object),
      warnings: staticNameWarnings,
    },
    cells: { Webhooks: (object) => countOf(object, "webhooks") },
  };
}

/** What ValidatingWebhookConfigurations do beyond the tables. */
export const validatingWebhookConfiguration: KindBehaviour = configuration(false);
/** What MutatingWebhookConfigurations do beyond the tables. */
export const mutatingWebhookConfiguration: KindBehaviour = configuration(true);
