import { urlFault } from "../../cel/kubernetes/url.ts";
import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { dnsSubdomain } from "../../object/names.ts";
import { asString, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { optional } from "../../validation/presence.ts";
import { inclusiveRange } from "../../validation/scalars.ts";
import { all, fields, struct } from "../../validation/structure.ts";

const FORM = "; desired format: https://host[/path]";

/** The URL of a webhook: https, a host, a path and nothing more. */
const webhookUrl: Check = (value, at, faults) => {
  const text = asString(value);
  const hash = text.indexOf("#");
  const fragment = hash < 0 ? "" : text.slice(hash + 1);
  const main = hash < 0 ? text : text.slice(0, hash);
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(main)?.[1]?.toLowerCase() ?? "";
  // A relative reference is well-formed; that scheme and host are missing is said below.
  const wrong = main === "" || (scheme === "" && !main.startsWith("/") && !main.startsWith(":")) ? undefined : urlFault(main);
  if (wrong !== undefined) {
    faults.push(requiredField(at, `url must be a valid URL: ${wrong}${FORM}`));
    return;
  }
  const question = main.indexOf("?");
  const query = question < 0 ? "" : main.slice(question + 1);
  const hierarchy = question < 0 ? main : main.slice(0, question);
  const authority = /^(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?\/\/([^/]*)/.exec(hierarchy)?.[1] ?? "";
  const user = authority.lastIndexOf("@");
  if (scheme !== "https") faults.push(invalidField(at, scheme, `'https' is the only allowed URL scheme${FORM}`));
  if (authority.slice(user + 1) === "") faults.push(invalidField(at, "", `host must be specified${FORM}`));
  if (user >= 0) faults.push(invalidField(at, authority.slice(0, user), "user information is not permitted in the URL"));
  if (fragment !== "") faults.push(invalidField(at, fragment, "fragments are not permitted in the URL"));
  if (query !== "") faults.push(invalidField(at, query, "query parameters are not permitted in the URL"));
};

/** The port of a service that the server calls. */
export const servicePort: Check = (value, at, faults) => {
  const port = typeof value === "number" ? value : 0;
  if (port < 1 || port > 65535) faults.push(invalidField(at, port, `port is not valid: ${inclusiveRange(1, 65535)}`));
};

/** The path of a webhook at its service: segments are DNS subdomains. */
const servicePath: Check = (value, at, faults) => {
  const path = asString(value);
  if (path === "/" || path === "") return;
  if (path === "//") {
    faults.push(invalidField(at, path, "segment[0] may not be empty"));
    return;
  }
  if (!path.startsWith("/")) faults.push(invalidField(at, path, "must start with a '/'"));
  const rest = path.slice(1);
  const steps = (rest.endsWith("/") ? rest.slice(0, -1) : rest).split("/");
  steps.forEach((step, i) => {
    if (step === "") faults.push(invalidField(at, path, `segment[${i}] may not be empty`));
    else for (const message of dnsSubdomain(step)) faults.push(invalidField(at, path, `segment[${i}]: ${message}`));
  });
};

/** A service that answers as a webhook. */
const webhookService: Check = all(
  // The original takes name and namespace for each other, so that clients are told of the one that is there.
  struct((service, at, faults) => {
    if (stringIn(service, "namespace") === "") faults.push(requiredField(at.child("name")));
    if (stringIn(service, "name") === "") faults.push(requiredField(at.child("namespace")));
  }),
  fields({ port: servicePort, path: optional(servicePath) }),
);

/** Where a webhook is: a URL or a service. */
export const webhookClientConfig: Check = struct((config, at: FieldPath, faults: FieldError[], context) => {
  const { url, service } = config;
  if ((url === undefined) === (service === undefined)) {
    faults.push(requiredField(at, "exactly one of url or service is required"));
  } else fields({ url: optional(webhookUrl), service: optional(webhookService) })(config, at, faults, context);
});

/** The port of a service reference that says none. */
export const DEFAULT_SERVICE_PORT = 443;
