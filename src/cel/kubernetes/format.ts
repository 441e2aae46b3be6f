import { dns1035Label, dnsLabel, dnsSubdomain, labelValue, maskTrailingHyphen, qualifiedNameRules } from "../../object/names.ts";
import { isBase64 } from "../../schema/bytes.ts";
import { fn, globalOverload, memberOverload } from "../declaration.ts";
import type { Library } from "../declaration.ts";
import { typeConstant } from "../library/standard.ts";
import { parseTimestamp } from "../time.ts";
import { listType, opaqueType, optionalType, stringType } from "../types.ts";
import { List, Optional, none } from "../value.ts";
import type { Value } from "../value.ts";
import { opaqueKind } from "./opaque.ts";
import { urlFault } from "./url.ts";

/** A named format: what is wrong with a text, and how long its pattern is, which checking is priced by. */
interface NamedFormat {
  readonly name: string;
  readonly check: (text: string) => readonly string[];
  readonly patternSize: number;
}

/** The type of named formats. */
export const formatKind = opaqueKind<NamedFormat>(opaqueType("kubernetes.NamedFormat"), (a, b) => a.name === b.name);
const F = formatKind.type;

const uuid = /^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$/;

const told = (message: string | undefined): readonly string[] => (message === undefined ? [] : [message]);
const must = (holds: boolean, message: string): readonly string[] => (holds ? [] : [message]);

const formats: readonly NamedFormat[] = [
  { name: "dns1123Label", check: (text) => dnsLabel(text), patternSize: 30 },
  { name: "dns1123Subdomain", check: (text) => dnsSubdomain(text), patternSize: 60 },
  { name: "dns1035Label", check: (text) => dns1035Label(text), patternSize: 30 },
  { name: "qualifiedName", check: qualifiedNameRules, patternSize: 60 },
  { name: "dns1123LabelPrefix", check: (text) => dnsLabel(maskTrailingHyphen(text)), patternSize: 30 },
  { name: "dns1123SubdomainPrefix", check: (text) => dnsSubdomain(maskTrailingHyphen(text)), patternSize: 60 },
  { name: "dns1035LabelPrefix", check: (text) => dns1035Label(maskTrailingHyphen(text)), patternSize: 30 },
  { name: "labelValue", check: labelValue, patternSize: 40 },
  { name: "uri", check: (text) => told(urlFault(text)), patternSize: 18 },
  { name: "uuid", check: (text) => must(uuid.test(text), "does not match the UUID format"), patternSize: 82 },
  { name: "byte", check: (text) => must(isBase64(text), "invalid base64"), patternSize: 0 },
  { name: "date", check: (text) => must(parseTimestamp(`${text}T00:00:00Z`) !== undefined, "invalid date"), patternSize: 8 },
  { name: "datetime", check: (text) => must(parseTimestamp(text) !== undefined, "invalid datetime"), patternSize: 8 },
];

const byName = new Map(formats.map((format) => [format.name, format]));

function named(name: Value | undefined): Value {
  const format = byName.get(name as string);
  return format === undefined ? none : new Optional(formatKind.wrap(format));
}

function validate(format: Value | undefined, text: Value | undefined): Value {
  const wrong = formatKind.unwrap(format).check(text as string);
  return wrong.length === 0 ? none : new Optional(new List(wrong));
}

/** Named formats: format.dns1123Label().validate("x") gives the faults, if there are any. */
export const formatLibrary: Library = {
  constants: new Map([[F.name, typeConstant(F)]]),
  functions: [
    fn("format.named", [globalOverload("format-named", [stringType], optionalType(F), named)]),
    fn("validate", [memberOverload("format-validate", [F, stringType], optionalType(listType(stringType)), validate)]),
    ...formats.map((format) =>
      fn(`format.${format.name}`, [globalOverload(`format-${format.name}`, [], F, () => formatKind.wrap(format))]),
    ),
  ],
};
