import { dnsLabel, dnsSubdomain, maskTrailingHyphen, pathSegmentName, pathSegmentPrefix } from "../object/names.ts";
import type { Strategy } from "./definition.ts";

type NameRule = Strategy["nameRule"];

/** Names that are DNS subdomains: most kinds'. */
export const subdomainNames: NameRule = (name, prefix) => dnsSubdomain(prefix ? maskTrailingHyphen(name) : name);

/** The same, for kinds whose messages count bytes. */
export const subdomainNamesInBytes: NameRule = (name, prefix) => dnsSubdomain(prefix ? maskTrailingHyphen(name) : name, "bytes");

/** Names that are DNS labels, since they become parts of other names. */
export const labelNames: NameRule = (name, prefix) => dnsLabel(prefix ? maskTrailingHyphen(name) : name);

/** Any name that a path can hold. */
export const pathNames: NameRule = (name, prefix) => (prefix ? pathSegmentPrefix(name) : pathSegmentName(name));
