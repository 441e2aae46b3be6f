import {
  Suspended,
  authorizerValue,
  readJson,
  requestResourceValue,
  type Activation,
  type Authorize,
  type CostBudget,
  type Evaluation,
  type Program,
  type Value,
} from "../../cel/kubernetes/index.ts";
import { isObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { baseEnvironment } from "../../resources/admissionregistration/policy-expressions.ts";
import { admissionRequest } from "../matching/request-value.ts";
import type { Subject } from "../matching/subject.ts";
import type { RequestVersion } from "../matching/versions.ts";

/** What an expression about a request may look at. */
export interface RequestFacts {
  readonly subject: Subject;
  readonly version: RequestVersion;
  readonly params?: ReadonlyJsonObject | undefined;
  readonly namespace?: ReadonlyJsonObject | undefined;
  readonly authorize?: Authorize | undefined;
  /** The new object where it is not the request's own (any more): after mutations. */
  readonly object?: ReadonlyJsonObject | undefined;
}

/** The variables of admission expressions; each is made when it is first read. What there is none of is null. */
export class RequestActivation implements Activation {
  readonly #facts: RequestFacts;
  readonly #known = new Map<string, Value>();

  constructor(facts: RequestFacts) {
    this.#facts = facts;
  }

  find(name: string): Value | undefined {
    let value = this.#known.get(name);
    if (value === undefined) {
      value = this.#make(name);
      if (value !== undefined) this.#known.set(name, value);
    }
    return value;
  }

  #make(name: string): Value | undefined {
    const { subject, version, params, namespace, authorize, object } = this.#facts;
    switch (name) {
      case "object":
        return readJson(object ?? subject.object(version) ?? null);
      case "oldObject":
        return readJson(subject.oldObject(version) ?? null);
      case "request":
        return baseEnvironment().admission.request.read(admissionRequest(subject, version));
      case "namespaceObject":
        return namespace === undefined ? null : baseEnvironment().admission.namespaceObject.read(shownNamespace(namespace));
      case "params":
        return readJson(params ?? null);
      case "authorizer":
        return authorize === undefined ? null : authorizerValue(authorize);
      case "authorizer.requestResource":
        return authorize === undefined ? null : requestResourceValue(authorize, requestResource(subject));
      default:
        return undefined;
    }
  }
}

function requestResource({ attributes, namespace, version }: Subject): Parameters<typeof requestResourceValue>[1] {
  return {
    group: version.resource.group,
    resource: version.resource.resource,
    subresource: attributes.subresource,
    namespace,
    name: attributes.name,
  };
}

/** As much of a namespace as expressions may see: its uid has another name there. */
function shownNamespace(namespace: ReadonlyJsonObject): ReadonlyJsonObject {
  const metadata = namespace["metadata"];
  if (!isObject(metadata)) return namespace;
  const { uid } = metadata;
  const shown: ReadonlyJsonObject = { ...metadata, ...(uid === undefined ? {} : { UID: uid }) };
  return { ...namespace, metadata: shown };
}

/** Evaluates within a budget, waiting for authorizers that answer later; a run that has to be repeated is charged once. */
export async function evaluateWithin(budget: CostBudget, program: Program, activation: Activation): Promise<Evaluation> {
  for (let asked = 0; ; asked++) {
    const before = budget.remaining;
    const result = budget.evaluate(program, activation);
    if (!(result.error instanceof Suspended) || asked === MOST_QUESTIONS) return result;
    budget.remaining = before;
    await result.error.answer;
  }
}

/** More questions than an evaluation can pay for. */
const MOST_QUESTIONS = 100;
