import { parseFieldSelector, type FieldRequirement } from "../object/field-selector.ts";
import { labelSelectorFromObject, parseLabelSelector, SelectorError, type LabelRequirement } from "../object/label-selector.ts";
import type { ReadonlyJsonObject } from "../object/json.ts";
import { listIn, objectsIn, stringIn, stringsIn } from "../object/read.ts";
import type { AuthorizationAttributes } from "./authorizer.ts";

// Selectors narrow what a request asks for (KEP-4601). One that does not parse narrows nothing: whoever may only ask
// narrowly is refused then, and whoever may anything is let through to the 400.

/** What was understood of a selector; `fault`: not all of it. */
export interface AskedSelector<Requirement> {
  readonly requirements: readonly Requirement[];
  readonly fault: boolean;
}

/** The field requirements of a request. */
export function fieldRequirements({ fieldSelector = [] }: AuthorizationAttributes): readonly FieldRequirement[] {
  return typeof fieldSelector === "string" ? parsed(() => parseFieldSelector(fieldSelector)).requirements : fieldSelector;
}

/** The label requirements of a request. */
export function labelRequirements({ labelSelector = [] }: AuthorizationAttributes): readonly LabelRequirement[] {
  return typeof labelSelector === "string" ? parsed(() => parseLabelSelector(labelSelector)).requirements : labelSelector;
}

/** Reads the fieldSelector of a review. */
export function reviewedFieldSelector(selector: ReadonlyJsonObject): AskedSelector<FieldRequirement> {
  const raw = stringIn(selector, "rawSelector");
  if (raw !== "") return parsed(() => parseFieldSelector(raw));
  const requirements: FieldRequirement[] = [];
  for (const one of objectsIn(selector, "requirements")) {
    const operator = ({ In: "=", NotIn: "!=" } as const)[stringIn(one, "operator") as "In" | "NotIn"];
    const [value, ...more] = stringsIn(one, "values");
    // Fields cannot be asked for one of several values, nor for being there.
    if (operator !== undefined && value !== undefined && more.length === 0)
      requirements.push({ field: stringIn(one, "key"), operator, value });
  }
  return { requirements, fault: requirements.length < listIn(selector, "requirements").length };
}

/** Reads the labelSelector of a review. */
export function reviewedLabelSelector(selector: ReadonlyJsonObject): AskedSelector<LabelRequirement> {
  const raw = stringIn(selector, "rawSelector");
  if (raw !== "") return parsed(() => parseLabelSelector(raw));
  const asked = objectsIn(selector, "requirements").map((one) =>
    parsed(() =>
      labelSelectorFromObject({
        matchExpressions: [{ key: stringIn(one, "key"), operator: stringIn(one, "operator"), values: stringsIn(one, "values") }],
      }),
    ),
  );
  return { requirements: asked.flatMap(({ requirements }) => requirements), fault: asked.some(({ fault }) => fault) };
}

function parsed<R>(parse: () => { readonly requirements: readonly R[] }): AskedSelector<R> {
  try {
    return { requirements: parse().requirements, fault: false };
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    return { requirements: [], fault: true };
  }
}
