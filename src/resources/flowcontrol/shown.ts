import { getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { booleanIn, isSet, numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";

// Specs as messages show them: by the names of the original's own types, with all members.

const orNull = (parent: ReadonlyJsonObject, name: string): ReadonlyJson => getOwn(parent, name) ?? null;

/** A list as Go prints it: null where it is absent. */
const items = (parent: ReadonlyJsonObject, name: string, show: (item: ReadonlyJsonObject) => ReadonlyJson): ReadonlyJson =>
  isSet(parent, name) ? objectsIn(parent, name).map(show) : null;

const texts = (parent: ReadonlyJsonObject, name: string): ReadonlyJson => (isSet(parent, name) ? stringsIn(parent, name) : null);

function named(parent: ReadonlyJsonObject, name: string): ReadonlyJson {
  return isSet(parent, name) ? { Name: stringIn(objectIn(parent, name), "name") } : null;
}

function subject(one: ReadonlyJsonObject): ReadonlyJson {
  const account = objectIn(one, "serviceAccount");
  return {
    Kind: stringIn(one, "kind"),
    User: named(one, "user"),
    Group: named(one, "group"),
    ServiceAccount: isSet(one, "serviceAccount") ? { Namespace: stringIn(account, "namespace"), Name: stringIn(account, "name") } : null,
  };
}

/** A FlowSchema's spec. */
export function shownFlowSchemaSpec(spec: ReadonlyJsonObject): ReadonlyJson {
  return {
    PriorityLevelConfiguration: { Name: stringIn(objectIn(spec, "priorityLevelConfiguration"), "name") },
    MatchingPrecedence: numberIn(spec, "matchingPrecedence"),
    DistinguisherMethod: isSet(spec, "distinguisherMethod") ? { Type: stringIn(objectIn(spec, "distinguisherMethod"), "type") } : null,
    Rules: items(spec, "rules", (rule) => ({
      Subjects: items(rule, "subjects", subject),
      ResourceRules: items(rule, "resourceRules", (one) => ({
        Verbs: texts(one, "verbs"),
        APIGroups: texts(one, "apiGroups"),
        Resources: texts(one, "resources"),
        ClusterScope: booleanIn(one, "clusterScope"),
        Namespaces: texts(one, "namespaces"),
      })),
      NonResourceRules: items(rule, "nonResourceRules", (one) => ({
        Verbs: texts(one, "verbs"),
        NonResourceURLs: texts(one, "nonResourceURLs"),
      })),
    })),
  };
}

/** A PriorityLevelConfiguration's spec. */
export function shownPriorityLevelSpec(spec: ReadonlyJsonObject): ReadonlyJson {
  const limited = objectIn(spec, "limited");
  const response = objectIn(limited, "limitResponse");
  const queuing = objectIn(response, "queuing");
  const exempt = objectIn(spec, "exempt");
  return {
    Type: stringIn(spec, "type"),
    Limited: isSet(spec, "limited")
      ? {
          NominalConcurrencyShares: numberIn(limited, "nominalConcurrencyShares"),
          LimitResponse: {
            Type: stringIn(response, "type"),
            Queuing: isSet(response, "queuing")
              ? {
                  Queues: numberIn(queuing, "queues"),
                  HandSize: numberIn(queuing, "handSize"),
                  QueueLengthLimit: numberIn(queuing, "queueLengthLimit"),
                }
              : null,
          },
          LendablePercent: orNull(limited, "lendablePercent"),
          BorrowingLimitPercent: orNull(limited, "borrowingLimitPercent"),
        }
      : null,
    Exempt: isSet(spec, "exempt")
      ? { NominalConcurrencyShares: orNull(exempt, "nominalConcurrencyShares"), LendablePercent: orNull(exempt, "lendablePercent") }
      : null,
  };
}
