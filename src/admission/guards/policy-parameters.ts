import { resourceQuestion, type Authorizer } from "../../authorization/authorizer.ts";
import { PRIVILEGED_GROUP } from "../../authorization/privileged.ts";
import { forbiddenField } from "../../object/field-error.ts";
import { equalJson, getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { parseGroupVersion } from "../../object/kube-object.ts";
import { isSet, objectIn, stringIn } from "../../object/read.ts";
import { invalid } from "../../object/status.ts";
import { compareTexts } from "../../object/text-order.ts";
import type { UserInfo } from "../../request/context.ts";
import type { Definitions } from "../../resources/definitions.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { writesItself } from "../attributes.ts";
import type { ClusterView } from "../cluster-view.ts";

const GROUP = "admissionregistration.k8s.io";
/** Bindings, each with the policies that they bind. */
const POLICIES: ReadonlyMap<string, string> = new Map([
  ["validatingadmissionpolicybindings", "validatingadmissionpolicies"],
  ["mutatingadmissionpolicybindings", "mutatingadmissionpolicies"],
]);
const PLURALS: ReadonlySet<string> = new Set([...POLICIES].flat());

/** What a policy's parameters are; a `*` where that cannot be told. */
interface ParamResource {
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly resource: string;
}

const ANYTHING: ParamResource = { apiGroup: "*", apiVersion: "*", resource: "*" };

/**
 * Nobody lets a policy read for them what they may not read themselves: whoever names a kind of parameters may get all of
 * that kind, and whoever binds parameters may read those. Is never turned off. Refusals: StatusError 422.
 */
export function policyParameterGuard(view: ClusterView, authorize: Authorizer, definitions: Definitions): AdmissionPlugin {
  const mayRead = async (user: UserInfo, what: ParamResource, verb: string, name: string, namespace: string): Promise<boolean> =>
    (await authorize(resourceQuestion({ user, verb, ...what, name, namespace }))).decision === "allow";
  /** The resource of a policy's parameters, and why it is not known which. */
  const resourceOf = (spec: ReadonlyJsonObject): { readonly what: ParamResource; readonly unknown?: string } => {
    const paramKind = objectIn(spec, "paramKind");
    const [apiVersion, kind] = [stringIn(paramKind, "apiVersion"), stringIn(paramKind, "kind")];
    const parsed = parseGroupVersion(apiVersion);
    const shown = `paramKind &{${apiVersion} ${kind}}`;
    if (parsed === undefined) return { what: ANYTHING, unknown: `unable to parse ${shown}` };
    const { group, version } = parsed;
    const resource = definitions.findKind(group, kind, version)?.definition.plural;
    const what = { apiGroup: group, apiVersion: version, resource: resource ?? "*" };
    return resource === undefined ? { what, unknown: `unable to resolve ${shown}` } : { what };
  };
  const checkPolicy = async (asked: AdmissionAttributes, spec: ReadonlyJsonObject): Promise<void> => {
    if (!isSet(spec, "paramKind") || isUnchanged(asked, spec, ["paramKind"])) return;
    if (await mayRead(asked.user, resourceOf(spec).what, "get", "*", "*")) return;
    const { kind, apiVersion } = objectIn(spec, "paramKind");
    const what = `all objects of the referenced paramKind (kind=${String(kind)}, apiVersion=${String(apiVersion)})`;
    throw refuse(asked, "paramKind", `user ${shownUser(asked.user)} must have "get" permission on ${what}`);
  };
  const checkBinding = async (asked: AdmissionAttributes, spec: ReadonlyJsonObject, policies: string): Promise<void> => {
    if (!isSet(spec, "paramRef") || isUnchanged(asked, spec, ["paramRef", "policyName"])) return;
    const policyName = stringIn(spec, "policyName");
    const policy = await view.get({ group: GROUP, plural: policies }, "", policyName);
    const own = objectIn(policy ?? {}, "spec");
    const missing = policy === undefined ? `unable to get policy ${policyName}` : `policy ${policyName} does not have ParamKind set`;
    const { what, unknown } = isSet(own, "paramKind") ? resourceOf(own) : { what: ANYTHING, unknown: missing };
    const ref = objectIn(spec, "paramRef");
    const name = stringIn(ref, "name");
    const verb = name === "" ? "list" : "get";
    if (await mayRead(asked.user, what, verb, name, stringIn(ref, "namespace"))) return;
    const lacks = `user ${shownUser(asked.user)} does not have "${verb}" permission`;
    const text =
      unknown === undefined
        ? `${lacks} on the object referenced by paramRef`
        : `${unknown} to determine minimum required permissions and ${lacks} for all groups, versions and resources`;
    throw refuse(asked, "paramRef", text);
  };
  return {
    name: "policy parameters",
    handles: (asked) => asked.definition.group === GROUP && PLURALS.has(asked.definition.plural) && writesItself(asked),
    async validate(asked) {
      const { object, user, definition } = asked;
      if (object === undefined || user.groups.includes(PRIVILEGED_GROUP)) return;
      const spec = objectIn(object, "spec");
      const policies = POLICIES.get(definition.plural);
      await (policies === undefined ? checkPolicy(asked, spec) : checkBinding(asked, spec, policies));
    },
  };
}

function isUnchanged({ oldObject }: AdmissionAttributes, spec: ReadonlyJsonObject, members: readonly string[]): boolean {
  if (oldObject === undefined) return false;
  const before = objectIn(oldObject, "spec");
  return members.every((member) => equalJson(getOwn(spec, member), getOwn(before, member)));
}

function refuse({ definition, object }: AdmissionAttributes, member: string, text: string): Error {
  return invalid(definition, object?.metadata.name ?? "", [forbiddenField(`spec.${member}`, text)]);
}

/** A user as Go prints its own struct. */
function shownUser({ name, uid = "", groups, extra }: UserInfo): string {
  const more = [...(extra ?? [])].sort(([a], [b]) => compareTexts(a, b)).map(([key, values]) => `${key}:[${values.join(" ")}]`);
  return `&{${name} ${uid} [${groups.join(" ")}] map[${more.join(" ")}]}`;
}
