import { forbiddenField, type FieldError } from "../object/field-error.ts";
import { FieldPath } from "../object/field-path.ts";
import { isGlobalUnicast } from "../object/ip-ranges.ts";
import { parseIpSloppy, unmapIp } from "../object/ip.ts";
import { getOwn, type JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { listIn, objectIn, objectsIn, stringIn } from "../object/read.ts";
import { NODES } from "../object/resource-ids.ts";
import { badRequest, invalid, plainError } from "../object/status.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { podIp } from "../resources/core/pod-selectors.ts";
import { containersOf } from "../resources/pod-spec/scope.ts";
import { atLeast, nonNegative } from "../validation/scalars.ts";
import { ownEndpoint } from "./endpoint.ts";
import { get } from "./get.ts";
import type { Write } from "./write.ts";

const positive = atLeast(1, "must be greater than 0");

/** The kind of the options that a log is read with: they are no object of a request, and admission sees none of them. */
export const LOG_OPTIONS = { group: "", version: "v1", kind: "PodLogOptions" };

/** Errors: StatusError 422. */
export function checkLogOptions(options: JsonObject, pod: string): void {
  const faults: FieldError[] = [];
  const check = (name: string, rule: typeof positive): void => {
    const value = getOwn(options, name);
    if (value !== undefined) rule(value, FieldPath.root.child(name), faults, undefined);
  };
  check("tailLines", nonNegative);
  check("limitBytes", positive);
  if (Object.hasOwn(options, "sinceSeconds") && Object.hasOwn(options, "sinceTime")) {
    faults.push(forbiddenField(FieldPath.root, "at most one of `sinceTime` or `sinceSeconds` may be specified"));
  } else {
    check("sinceSeconds", positive);
  }
  // Choosing a stream takes a feature gate that is off at this level.
  if (Object.hasOwn(options, "stream")) faults.push(forbiddenField(FieldPath.root.child("stream"), "may not be specified"));
  if (faults.length > 0) throw invalid(LOG_OPTIONS, pod, faults);
}

/**
 * What is known of a stream into a pod before anybody is called: the whole answer, where there is nobody to call.
 * Errors: StatusError 400 where the pod has no such container, node or address; 404 where its node is gone; 500 where that
 * has no address.
 */
export async function reachPod(write: Write, pod: KubeObject, options: JsonObject): Promise<ApiAnswer | undefined> {
  const { registry, endpoint, context } = write;
  const name = endpoint.subresource?.name;
  if (name === "proxy") {
    const address = parseIpSloppy(podIp(pod));
    if (address === undefined || !isGlobalUnicast(unmapIp(address))) throw badRequest("address not allowed");
    return undefined;
  }
  if (name !== "portforward") checkContainer(pod, stringIn(options, "container"));
  const node = stringIn(objectIn(pod, "spec"), "nodeName");
  if (node === "") {
    if (name === "log") return { status: 204, headers: {} };
    throw badRequest(`pod ${endpoint.name} does not have a host assigned`);
  }
  checkHost((await get(registry, ownEndpoint(registry.definitions, NODES, "", node), new URLSearchParams())).object());
  if (name !== "log" && context.request.canSwitch !== true) throw badRequest("Upgrade request required");
  return undefined;
}

/** A node is called at one of its addresses. Errors: StatusError 500. */
export function checkHost(node: KubeObject): void {
  if (listIn(objectIn(node, "status"), "addresses").length === 0) throw plainError("no preferred addresses found; known addresses: []");
}

/** A container is to be named where there are several. Errors: StatusError 400. */
function checkContainer(pod: KubeObject, container: string): void {
  const spec = objectIn(pod, "spec");
  const names = containersOf(spec).map((one) => stringIn(one, "name"));
  if (container !== "") {
    if (!names.includes(container)) throw badRequest(`container ${container} is not valid for pod ${pod.metadata.name}`);
  } else if (objectsIn(spec, "containers").length > 1) {
    throw badRequest(`a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(" ")}]`);
  }
}
