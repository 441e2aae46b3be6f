import { fieldErrorText } from "../object/field-error-message.ts";
import type { FieldError } from "../object/field-error.ts";
import { FieldPath } from "../object/field-path.ts";
import { isObject, type JsonObject, type JsonValue } from "../object/json.ts";
import { quoteText } from "../object/quote.ts";
import { readYaml } from "./decode-text.ts";

/** A configuration that says what cannot be; the message tells what, and where. */
export class ConfigurationError extends Error {}

/** What a file must say that it is. */
export interface ConfigurationType {
  readonly kind: string;
  /** The newest first. */
  readonly apiVersions: readonly string[];
}

/** The type of a file that configures the API server itself. */
export function serverConfiguration(kind: string): ConfigurationType {
  return { kind, apiVersions: ["v1", "v1beta1", "v1alpha1"].map((version) => `apiserver.config.k8s.io/${version}`) };
}

/**
 * Reads a configuration file, YAML or JSON. Nothing in it is passed over, since what is misspelt, repeated or of another
 * type opens or closes doors: such a file is refused, with everything that is wrong with it. Errors: ConfigurationError.
 */
export function readConfigurationFile<T>(text: string, type: ConfigurationType, read: (file: ConfigurationReader) => T): T {
  const faults: string[] = [];
  const parts: ConfigurationReader[] = [];
  const file = new ConfigurationReader(parsed(text, faults), FieldPath.root, faults, parts);
  const [apiVersion, kind] = [file.text("apiVersion"), file.text("kind")];
  if (kind !== type.kind || !type.apiVersions.includes(apiVersion))
    throw new ConfigurationError(
      `it is no ${type.kind} of ${type.apiVersions[0]}, but kind ${quoteText(kind)} of ${quoteText(apiVersion)}`,
    );
  const refuse = (): ConfigurationError => new ConfigurationError(faults.join("; "));
  let result: T;
  try {
    result = read(file);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    // What comes after it was not read.
    faults.push(error.message);
    throw refuse();
  }
  for (const part of parts) part.checkUnread();
  if (faults.length > 0) throw refuse();
  return result;
}

/** The value of a YAML or JSON text in which no key stands twice. Errors: ConfigurationError. */
export function readDocument(text: string): JsonValue {
  const faults: string[] = [];
  const value = parsed(text, faults);
  if (faults.length > 0) throw new ConfigurationError(faults.join("; "));
  return value;
}

function parsed(text: string, faults: string[]): JsonValue {
  const { value, duplicates } = readYaml(text, (message) => new ConfigurationError(message));
  if (duplicates !== undefined) faults.push(duplicates.text);
  return value;
}

/** Reads the members of one object of a file, and knows which were not asked for. What has another type reads as absent. */
export class ConfigurationReader {
  readonly path: FieldPath;
  readonly #value: JsonObject;
  readonly #faults: string[];
  readonly #parts: ConfigurationReader[];
  readonly #asked = new Set<string>();
  readonly #objects = new Map<string, ConfigurationReader>();

  /** `faults` and `parts` are those of the whole file. */
  constructor(value: JsonValue | undefined, path: FieldPath, faults: string[], parts: ConfigurationReader[]) {
    this.path = path;
    this.#faults = faults;
    this.#parts = parts;
    parts.push(this);
    this.#value = isObject(value) ? value : {};
    if (value !== undefined && !isObject(value)) faults.push(`${String(path) || "the file"} must be an object`);
  }

  /** Tells what is wrong with a member. */
  fault(member: string, what: string): void {
    this.#faults.push(`${String(this.path.child(member))}: ${what}`);
  }

  /** The same, in the words of the API's own faults. */
  refuse(error: FieldError): void {
    this.#faults.push(fieldErrorText(error));
  }

  /** Whether the file says anything of a member. */
  has(member: string): boolean {
    return this.#get(member) !== undefined;
  }

  /** A text, "" where there is none. */
  text(member: string): string {
    const value = this.#get(member);
    if (value === undefined || typeof value === "string") return value ?? "";
    this.fault(member, "must be a string");
    return "";
  }

  flag(member: string): boolean | undefined {
    const value = this.#get(member);
    if (value === undefined || typeof value === "boolean") return value;
    this.fault(member, "must be true or false");
    return undefined;
  }

  texts(member: string): readonly string[] {
    return this.#list(member).filter((item): item is string => {
      if (typeof item !== "string") this.fault(member, "must be a list of strings");
      return typeof item === "string";
    });
  }

  /** An object, empty where there is none. */
  object(member: string): ConfigurationReader {
    let object = this.#objects.get(member);
    if (object === undefined) {
      object = new ConfigurationReader(this.#get(member), this.path.child(member), this.#faults, this.#parts);
      this.#objects.set(member, object);
    }
    return object;
  }

  objects(member: string): readonly ConfigurationReader[] {
    const at = this.path.child(member);
    return this.#list(member).map((item, index) => new ConfigurationReader(item, at.index(index), this.#faults, this.#parts));
  }

  /** A member that somebody else reads. */
  raw(member: string): JsonValue | undefined {
    return this.#get(member);
  }

  /** Tells of members that nobody asked for. */
  checkUnread(): void {
    for (const member of Object.keys(this.#value))
      if (!this.#asked.has(member)) this.#faults.push(`unknown field ${quoteText(String(this.path.child(member)))}`);
  }

  #list(member: string): readonly JsonValue[] {
    const value = this.#get(member);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.fault(member, "must be a list");
    return [];
  }

  #get(member: string): JsonValue | undefined {
    this.#asked.add(member);
    return Object.hasOwn(this.#value, member) ? (this.#value[member] ?? undefined) : undefined;
  }
}
