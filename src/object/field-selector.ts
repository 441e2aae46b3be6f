import { SelectorError } from "./label-selector.ts";

/** One condition on one field (concepts/overview/working-with-objects/field-selectors). */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/** A selector: all of its conditions must hold. Without any it selects everything. */
export interface FieldSelector {
  readonly requirements: readonly FieldRequirement[];
}

const selectsAllFields: FieldSelector = { requirements: [] };

/** Reads the text form, as in `?fieldSelector=`: terms with `=`, `==` or `!=`, escapes `\\`, `\,`, `\=`. Throws SelectorError. */
export function parseFieldSelector(text: string): FieldSelector {
  const requirements: FieldRequirement[] = [];
  for (const term of splitTerms(text).toSorted()) {
    if (term === "") continue;
    const match = /^((?:(?!!=)[^=])*)(!=|==|=)(.*)$/s.exec(term);
    if (match === null) throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = "", operator, value = ""] = match;
    // "no field is nothing" says nothing, to the original too.
    if (field === "" && value === "") continue;
    requirements.push({ field, operator: operator === "!=" ? "!=" : "=", value: unescapeValue(value) });
  }
  return requirements.length === 0 ? selectsAllFields : { requirements };
}

/** Whether an object meets a selector; `read` gives the text of a field, "" for one that the object does not have. */
export function matchesFields(selector: FieldSelector, read: (field: string) => string): boolean {
  return selector.requirements.every(({ field, operator, value }) => (read(field) === value) === (operator === "="));
}

/** The values that fields must have: what an index by field can answer. */
export function exactFields(selector: FieldSelector): ReadonlyMap<string, string> {
  return new Map(selector.requirements.filter(({ operator }) => operator === "=").map(({ field, value }) => [field, value]));
}

/** The canonical text. */
export function formatFieldSelector(selector: FieldSelector): string {
  return selector.requirements.map(({ field, operator, value }) => `${field}${operator}${value.replace(/[\\,=]/g, "\\$&")}`).join(",");
}

/** Splits at commas that no backslash escapes. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === ",") {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function unescapeValue(value: string): string {
  return value.replace(/\\(.?)|[,=]/gsu, (found: string, escaped: string | undefined) => {
    if (escaped === undefined) {
      throw new SelectorError(`invalid field selector: unescaped character in value: ${found.codePointAt(0)}`);
    }
    if (escaped !== "\\" && escaped !== "," && escaped !== "=") {
      throw new SelectorError(`invalid field selector: invalid escape sequence: ${found}`);
    }
    return escaped;
  });
}
