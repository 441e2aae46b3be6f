/**
 * The formats that names and keys of the API have. Each check takes a text and gives the messages of all that is wrong
 * with it, none for a good one; the caller makes field errors of them.
 */

const label1123 = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomain1123 = `${label1123}(\\.${label1123})*`;
const underscoreLabel = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const qualifiedName = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

/** A format: its pattern as messages show it, compiled, with the message for a text that does not match. */
interface Format {
  readonly whole: RegExp;
  readonly message: string;
}

function format(pattern: string, text: string, ...examples: string[]): Format {
  const shown = examples.map((example) => `'${example}', `).join(" or ");
  return { whole: new RegExp(`^(?:${pattern})$`), message: `${text} (e.g. ${shown}regex used for validation is '${pattern}')` };
}

const formats = {
  label: format(
    label1123,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
    "my-name",
    "123-abc",
  ),
  subdomain: format(
    subdomain1123,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    "example.com",
  ),
  underscoreSubdomain: format(
    `${underscoreLabel}(\\.${underscoreLabel})*`,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
    "example.com",
  ),
  wildcard: format(
    `\\*\\.${subdomain1123}`,
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    "*.example.com",
  ),
  label1035: format(
    "[a-z]([-a-z0-9]*[a-z0-9])?",
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    "my-name",
    "abc-123",
  ),
  qualifiedName: format(
    qualifiedName,
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    "MyName",
    "my.name",
    "123-abc",
  ),
  labelValue: format(
    `(${qualifiedName})?`,
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    "MyValue",
    "my_value",
    "12345",
  ),
  configKey: format(
    "[-._a-zA-Z0-9]+",
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    "key.name",
    "KEY_NAME",
    "key-name",
  ),
  cIdentifier: format(
    "[A-Za-z_][A-Za-z0-9_]*",
    "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
    "my_name",
    "MY_NAME",
    "MyName",
  ),
  headerName: format("[-A-Za-z0-9]+", "a valid HTTP header must consist of alphanumeric characters or '-'", "X-Header-Name"),
  percent: format("[0-9]+%", "a valid percent string must be a numeric string followed by an ending '%'", "1%", "93%"),
} as const;

const dnsLabelMax = 63;
const subdomainMax = 253;

/** What a length limit is told in: rules that came from declarative validation say bytes, older ones characters. */
type LengthUnit = "bytes" | "characters";

/** Names that are one DNS label: namespaces, containers, ports (RFC 1123). */
export function dnsLabel(value: string, unit: LengthUnit = "characters"): string[] {
  const wrong = tooLong(value, dnsLabelMax, unit);
  if (formats.label.whole.test(value)) return wrong;
  // A name with dots alone at fault is told so, which helps more than the pattern.
  wrong.push(formats.subdomain.whole.test(value) ? "must not contain dots" : formats.label.message);
  return wrong;
}

/** Names that are a DNS subdomain: most objects' (RFC 1123). */
export function dnsSubdomain(value: string, unit: LengthUnit = "characters"): string[] {
  return matching(value, formats.subdomain, tooLong(value, subdomainMax, unit));
}

/** A DNS subdomain whose labels may have underscores: search domains of a pod. */
export function dnsSubdomainWithUnderscore(value: string): string[] {
  return matching(value, formats.underscoreSubdomain, tooLong(value, subdomainMax, "characters"));
}

/** `*.` and a DNS subdomain: wildcard hosts of an Ingress. */
export function wildcardDnsSubdomain(value: string): string[] {
  return matching(value, formats.wildcard, tooLong(value, subdomainMax, "characters"));
}

/** A DNS label that starts with a letter (RFC 1035): services, API versions, names of custom resources. */
export function dns1035Label(value: string): string[] {
  return matching(value, formats.label1035, tooLong(value, dnsLabelMax, "characters"));
}

/** The name of a kind: a DNS label once its letters are small; all that is wrong is one message. */
export function kindName(value: string): string[] {
  const wrong = dns1035Label(value.toLowerCase());
  return wrong.length === 0 ? [] : [`may have mixed case, but should otherwise match: ${wrong.join(",")}`];
}

/** A domain name with at least two labels; one dot at the end is allowed. An empty text is the caller's to refuse. */
export function fullyQualifiedDomainName(value: string): string[] {
  const name = value.endsWith(".") ? value.slice(0, -1) : value;
  const wrong = dnsSubdomain(name);
  if (wrong.length > 0) return wrong;
  const labels = name.split(".");
  if (labels.length < 2) return ["should be a domain with at least two segments separated by dots"];
  return labels.flatMap((label) => dnsLabel(label));
}

/** A name with at least three DNS labels: webhooks. */
export function fullyQualifiedName(value: string): string[] {
  const wrong = dnsSubdomain(value);
  if (wrong.length > 0) return wrong;
  return value.split(".").length < 3 ? ["should be a domain with at least three segments separated by dots"] : [];
}

/** `domain/name` with an optional domain: label keys, annotation keys, finalizers, taints, resource names. */
export function qualifiedNameRules(value: string): string[] {
  if (value.length <= dnsLabelMax && formats.qualifiedName.whole.test(value)) return [];
  const parts = value.split("/");
  if (parts.length > 2) {
    return [`a valid label key ${formats.qualifiedName.message} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const wrong: string[] = [];
  const name = parts.at(-1) ?? "";
  if (parts.length === 2) {
    const prefix = parts[0] ?? "";
    const found = prefix === "" ? ["must be non-empty"] : dnsSubdomain(prefix, "bytes");
    wrong.push(...found.map((message) => `prefix part ${message}`));
  }
  const found = name === "" ? ["must be non-empty"] : tooLong(name, dnsLabelMax, "bytes");
  matching(name, formats.qualifiedName, found);
  return [...wrong, ...found.map((message) => `name part ${message}`)];
}

/** A label's key. */
export function labelKey(value: string): string[] {
  return qualifiedNameRules(value);
}

/** A label's value. */
export function labelValue(value: string): string[] {
  return matching(value, formats.labelValue, tooLong(value, dnsLabelMax, "bytes"));
}

/** An annotation's key: as a label's, in any case. */
export function annotationKey(value: string): string[] {
  return qualifiedNameRules(value.toLowerCase());
}

/** All keys and values of an object's annotations together have at most so many bytes. */
export const annotationsMaxBytes = 256 * 1024;

/** The bytes that count against the limit on annotations. */
export function annotationsBytes(annotations: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  return bytes;
}

/** A name that can stand as one segment of a URL path, of any characters else: roles, endpoints of a user's making. */
export function pathSegmentName(value: string): string[] {
  if (value === "." || value === "..") return [`may not be '${value}'`];
  return pathSegmentPrefix(value);
}

/** The beginning of a name that can stand in a URL path (generateName). */
export function pathSegmentPrefix(value: string): string[] {
  return ["/", "%"].filter((illegal) => value.includes(illegal)).map((illegal) => `may not contain '${illegal}'`);
}

/** The finalizers that need no domain. */
const standardFinalizers: ReadonlySet<string> = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

/** Whether a finalizer's name is neither one of the standard ones nor in a domain. */
export function isUnqualifiedFinalizer(value: string): boolean {
  return !value.includes("/") && !standardFinalizers.has(value);
}

/** An environment variable's name as pods have it now: printable ASCII without '='. */
export function environmentName(value: string): string[] {
  const wrong = value === "" ? ["environment variable name must be non-empty"] : [];
  if (!/^[ -<>-~]*$/.test(value)) {
    wrong.push("a valid environment variable name must consist only of printable ASCII characters other than '='");
  }
  return wrong;
}

/** A key of a ConfigMap's or Secret's data; it becomes a file name. */
export function configKey(value: string): string[] {
  return [...matching(value, formats.configKey, tooLong(value, subdomainMax, "characters")), ...directoryPrefix(value)];
}

/** An identifier of the C language. */
export function cIdentifier(value: string): string[] {
  return matching(value, formats.cIdentifier, []);
}

/** A name of an HTTP header. */
export function headerName(value: string): string[] {
  return matching(value, formats.headerName, []);
}

/** A percentage such as 25%. */
export function percent(value: string): string[] {
  return matching(value, formats.percent, []);
}

/** The name of a port (an IANA service name, RFC 6335). */
export function portName(value: string): string[] {
  const wrong = tooLong(value, 15, "characters");
  if (!/^[-a-z0-9]+$/.test(value)) wrong.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/.test(value)) wrong.push("must contain at least one letter (a-z)");
  if (value.includes("--")) wrong.push("must not contain consecutive hyphens");
  if (value.startsWith("-") || value.endsWith("-")) wrong.push("must not begin or end with a hyphen");
  return wrong;
}

/** The number of a port. */
export function portNumber(value: number | bigint): string[] {
  return inRange(value, 1, 65535);
}

/** A number between two others, both included. */
function inRange(value: number | bigint, min: number, max: number): string[] {
  return value >= min && value <= max ? [] : [`must be between ${min} and ${max}, inclusive`];
}

/** The two parts of a domain-prefixed path such as `acme.io/foo`; undefined for anything else. */
export function domainPrefixedPath(value: string): { readonly domain: string; readonly path: string } | undefined {
  const slash = value.indexOf("/");
  if (slash < 1 || slash === value.length - 1) return undefined;
  return { domain: value.slice(0, slash), path: value.slice(slash + 1) };
}

/** The path of a domain-prefixed path (RFC 3986). */
export function httpPath(value: string): string[] {
  const pattern = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
  return /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(value) ? [] : [`Invalid path (regex used for validation is '${pattern}')`];
}

/**
 * The prefix of a generated name as a name's rules can judge it: what follows is alphanumeric, so a hyphen at the end
 * is no fault. The masked text is as long as the original.
 */
export function maskTrailingHyphen(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith("-") ? `${prefix.slice(0, -2)}a` : prefix;
}

/** The message of a length limit, none for a text within it. Lengths are of the UTF-8 form. */
function tooLong(value: string, max: number, unit: LengthUnit): string[] {
  // A text has at least as many bytes as code units, so most never need counting.
  const short = value.length * 3 <= max || Buffer.byteLength(value) <= max;
  return short ? [] : [`must be no more than ${max} ${unit}`];
}

function matching(value: string, rule: Format, wrong: string[]): string[] {
  if (!rule.whole.test(value)) wrong.push(rule.message);
  return wrong;
}

/** A file name must not lead out of its directory. */
function directoryPrefix(value: string): string[] {
  if (value === ".") return ["must not be '.'"];
  if (value === "..") return ["must not be '..'"];
  return value.startsWith("..") ? ["must not start with '..'"] : [];
}
