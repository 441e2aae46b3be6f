import { forbiddenField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import {
  equalJson,
  getOwn,
  isObject,
  type JsonObject,
  type JsonValue,
  type ReadonlyJson,
  type ReadonlyJsonObject,
} from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { structAt } from "../../object/parts.ts";
import { isSet, numberIn, objectIn, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { between, atLeast } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import { optional } from "../../validation/presence.ts";
import type { KindBehaviour } from "../definition.ts";
import { flowSchemaConditions } from "./conditions.ts";
import { catchAllLevel } from "./mandatory.ts";
import { shownPriorityLevelSpec } from "./shown.ts";

const EXEMPT = "exempt";
const CATCH_ALL = "catch-all";
const MAX_QUEUES = 10_000_000;
/** Hands are dealt out of one 64-bit hash of a flow, of which shuffle sharding may use this much. */
const MAX_HASH_BITS = 60;

const shares = atLeast(0, "must be a non-negative integer");
const percent = between(0, 100);

const limitedRules: Check = fields({
  nominalConcurrencyShares: shares,
  limitResponse: (value, at, faults) => checkLimitResponse(isObject(value) ? value : {}, at, faults),
  lendablePercent: optional(percent),
  borrowingLimitPercent: optional(atLeast(0, "if specified, must be a non-negative integer")),
});
const exemptRules: Check = fields({ nominalConcurrencyShares: optional(shares), lendablePercent: optional(percent) });

function levelFaults(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const spec = objectIn(object, "spec");
  const at = FieldPath.root.child("spec");
  const { name = "" } = object.metadata;
  const type = stringIn(spec, "type");
  if ((name === EXEMPT) !== (type === "Exempt")) {
    faults.push(invalidField(at.child("type"), type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  }
  switch (type) {
    case "Exempt":
      if (isSet(spec, "limited")) faults.push(forbiddenField(at.child("limited"), "must be nil if the type is not Limited"));
      if (isSet(spec, "exempt")) exemptRules(getOwn(spec, "exempt"), at.child("exempt"), faults, undefined);
      break;
    case "Limited":
      if (isSet(spec, "exempt")) faults.push(forbiddenField(at.child("exempt"), "must be nil if the type is Limited"));
      if (!isSet(spec, "limited")) faults.push(requiredField(at.child("limited"), "must not be empty when type is Limited"));
      else limitedRules(getOwn(spec, "limited"), at.child("limited"), faults, undefined);
      break;
    default:
      faults.push(notSupportedField(at.child("type"), type, ["Exempt", "Limited"]));
  }
  if (name === EXEMPT && (type !== "Exempt" || isSet(spec, "limited"))) {
    const detail = "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value";
    faults.push(invalidField(at, shownPriorityLevelSpec(spec), detail));
  }
  if (name === CATCH_ALL && !equalJson(spec, catchAllLevel)) {
    faults.push(invalidField(at, shownPriorityLevelSpec(spec), "spec of 'catch-all' must equal the fixed value"));
  }
  faults.push(...flowSchemaConditions(object));
  return faults;
}

function checkLimitResponse(response: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const type = stringIn(response, "type");
  switch (type) {
    case "Reject":
      if (isSet(response, "queuing")) {
        faults.push(forbiddenField(at.child("queuing"), "must be nil if limited.limitResponse.type is not Limited"));
      }
      break;
    case "Queue":
      if (!isSet(response, "queuing")) {
        faults.push(requiredField(at.child("queuing"), "must not be empty if limited.limitResponse.type is Limited"));
      } else checkQueuing(objectIn(response, "queuing"), at.child("queuing"), faults);
      break;
    default:
      faults.push(notSupportedField(at.child("type"), type, ["Queue", "Reject"]));
  }
}

function checkQueuing(queuing: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const queues = numberIn(queuing, "queues");
  const hand = numberIn(queuing, "handSize");
  const length = numberIn(queuing, "queueLengthLimit");
  if (length <= 0) faults.push(invalidField(at.child("queueLengthLimit"), length, "must be positive"));
  if (queues <= 0) faults.push(invalidField(at.child("queues"), queues, "must be positive"));
  else if (queues > MAX_QUEUES) faults.push(invalidField(at.child("queues"), queues, `must not be greater than ${MAX_QUEUES}`));
  const place = at.child("handSize");
  if (hand <= 0) faults.push(invalidField(place, hand, "must be positive"));
  else if (hand > queues) faults.push(invalidField(place, hand, `should not be greater than queues (${queues})`));
  else if (hashBits(queues, hand) > MAX_HASH_BITS) {
    const detail = `required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater than ${MAX_HASH_BITS}`;
    faults.push(invalidField(place, hand, detail));
  }
}

/** The bits that it takes to deal a hand out of a deck. */
function hashBits(deck: number, hand: number): number {
  let bits = 0;
  // Each further card adds bits, and beyond the limit it does not matter how many.
  for (let i = 0; i < hand && bits <= MAX_HASH_BITS; i++) bits += Math.log2(deck - i);
  return Math.ceil(bits);
}

/** Queues that a level has unless it says otherwise. */
const QUEUING = { queues: 64, handSize: 8, queueLengthLimit: 50 } as const;
const LIMITED_SHARES = 30;

function applyDefaults(object: KubeObject): void {
  const exempt = structAt(object, "spec", "exempt");
  if (exempt !== undefined) fill(exempt, { nominalConcurrencyShares: 0, lendablePercent: 0 });
  const limited = structAt(object, "spec", "limited");
  if (limited === undefined) return;
  fill(limited, { nominalConcurrencyShares: LIMITED_SHARES, lendablePercent: 0 });
  const queuing = structAt(limited, "limitResponse", "queuing");
  if (queuing === undefined) return;
  for (const [name, value] of Object.entries(QUEUING)) if (!queuing[name]) queuing[name] = value;
}

function fill(object: JsonObject, values: Readonly<Record<string, JsonValue>>): void {
  for (const [name, value] of Object.entries(values)) object[name] ??= value;
}

/** A cell of a limited level's member; `<none>` where the level has none. */
function limitedCell(read: (limited: ReadonlyJsonObject) => ReadonlyJson | undefined): (object: KubeObject) => JsonValue {
  return (object) => {
    const spec = objectIn(object, "spec");
    return isSet(spec, "limited") ? ((read(objectIn(spec, "limited")) ?? "<none>") as JsonValue) : "<none>";
  };
}

const queuingCell = (name: string): ((object: KubeObject) => JsonValue) =>
  limitedCell((limited) => {
    const response = objectIn(limited, "limitResponse");
    return isSet(response, "queuing") ? numberIn(objectIn(response, "queuing"), name) : undefined;
  });

/** What PriorityLevelConfigurations do beyond the tables. */
export const priorityLevelConfiguration: KindBehaviour = {
  applyDefaults,
  strategy: { validate: levelFaults, validateUpdate: levelFaults },
  subresources: { status: { validateUpdate: levelFaults } },
  cells: {
    Type: (object) => stringIn(objectIn(object, "spec"), "type"),
    NominalConcurrencyShares: limitedCell((limited) => numberIn(limited, "nominalConcurrencyShares")),
    Queues: queuingCell("queues"),
    HandSize: queuingCell("handSize"),
    QueueLengthLimit: queuingCell("queueLengthLimit"),
  },
};
