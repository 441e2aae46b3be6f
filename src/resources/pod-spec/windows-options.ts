import { invalidField } from "../../object/field-error.ts";
import { dnsSubdomain } from "../../object/names.ts";
import { asString } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { optional } from "../../validation/presence.ts";
import { text } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";

const credentialSpecMaxKiB = 64;
const domainMax = 256;
const userMax = 104;

const control = /\p{Cc}/u;
const netBiosDomain = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const dnsDomainLabel = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;
const forbiddenInUser = /["/\\:;|=,+*?<>@[\]]/;
const dotsAndSpaces = /^[. ]+$/;

const credentialSpec: Check = (value, at, faults) => {
  const spec = asString(value);
  if (spec === "") faults.push(invalidField(at, spec, "gmsaCredentialSpec cannot be an empty string"));
  else if (Buffer.byteLength(spec) > credentialSpecMaxKiB * 1024) {
    faults.push(invalidField(at, spec, `gmsaCredentialSpec size must be under ${credentialSpecMaxKiB} KiB`));
  }
};

/** `user` or `domain\user`, as Windows takes it (tasks/configure-pod-container/configure-runasusername). */
const userName: Check = (value, at, faults) => {
  const name = asString(value);
  for (const message of userNameRules(name)) faults.push(invalidField(at, name, message));
};

function userNameRules(name: string): string[] {
  if (name === "") return ["runAsUserName cannot be an empty string"];
  if (control.test(name)) return ["runAsUserName cannot contain control characters"];
  const parts = name.split("\\");
  if (parts.length > 2) return ["runAsUserName cannot contain more than one backslash"];
  const user = parts.at(-1) ?? "";
  const messages: string[] = [];
  if (parts.length === 2) {
    const domain = parts[0] ?? "";
    if (domain.length >= domainMax) messages.push(`runAsUserName's Domain length must be under ${domainMax} characters`);
    if (!netBiosDomain.test(domain) && !domain.split(".").every((label) => dnsDomainLabel.test(label))) {
      messages.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
    }
  }
  if (user === "") messages.push("runAsUserName's User cannot be empty");
  else if (user.length > userMax) {
    messages.push(`runAsUserName's User length must not be longer than ${userMax} characters`);
  }
  if (dotsAndSpaces.test(user)) messages.push("runAsUserName's User cannot contain only periods or spaces");
  if (forbiddenInUser.test(user)) {
    messages.push("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
  }
  return messages;
}

/** The rules of windowsOptions, of a pod and of a container. */
export const windowsOptions: Check = fields({
  gmsaCredentialSpecName: optional(text(dnsSubdomain)),
  gmsaCredentialSpec: optional(credentialSpec),
  runAsUserName: optional(userName),
});
