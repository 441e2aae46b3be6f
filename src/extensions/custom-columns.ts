import { goJson, membersByName } from "../object/go-json.ts";
import { isObject, type JsonValue, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { numberIn, objectsIn, stringIn } from "../object/read.ts";
import { canonicalTime } from "../object/time.ts";
import { ageCell, ageSince, nameCell } from "../resources/common-cells.ts";
import type { Column } from "../resources/definition.ts";
import { parseJsonPath } from "./json-path.ts";

const NAME: Column = { name: "Name", type: "string", format: "name", priority: 0, description: "Name of the object.", cell: nameCell };
const AGE: Column = {
  name: "Age",
  type: "date",
  format: "",
  priority: 0,
  description: "Time since the object was created.",
  cell: ageCell,
};

/** The columns that a version of a definition asks for; without any, the age. */
export function customColumns(version: ReadonlyJsonObject): readonly Column[] {
  const asked = objectsIn(version, "additionalPrinterColumns");
  return asked.length === 0 ? [NAME, AGE] : [NAME, ...asked.map(column)];
}

function column(asked: ReadonlyJsonObject): Column {
  const path = stringIn(asked, "jsonPath");
  const read = parseJsonPath(path);
  const type = stringIn(asked, "type");
  const name = stringIn(asked, "name");
  return {
    name,
    type: type as Column["type"],
    format: stringIn(asked, "format"),
    priority: numberIn(asked, "priority"),
    description: stringIn(asked, "description") || `Custom resource definition column (in JSONPath format): ${path}`,
    cell: (object, now) => {
      const [value] = read?.(object) ?? [];
      return cell(value, type, now);
    },
  };
}

/** A value as its column's type shows it; null where it is absent or of another type. */
function cell(value: ReadonlyJson | undefined, type: string, now: number): JsonValue {
  switch (type) {
    case "integer":
      if (typeof value === "bigint") return value;
      return typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      return typeof value === "string" ? dateCell(value, now) : null;
    default:
      if (value === undefined) return null;
      if (value === null) return "<no value>";
      if (typeof value === "string") return value;
      return isObject(value) || Array.isArray(value) ? goJson(membersByName(value)) : String(value);
  }
}

/** The time since a date; an empty one is unknown. */
function dateCell(text: string, now: number): string {
  if (text === "" || text === "null") return "<unknown>";
  const time = canonicalTime(text);
  return time === undefined ? "<invalid>" : ageSince(time, now);
}
