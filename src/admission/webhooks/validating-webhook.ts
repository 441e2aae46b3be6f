import { HookTransport } from "../../webhook/transport.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { isConfiguration } from "../matching/exempt.ts";
import { Subject } from "../matching/subject.ts";
import type { RequestVersion } from "../matching/versions.ts";
import { HookCalls, HookFailure, type WebhookParts } from "./calls.ts";
import { HookTable } from "./hook-table.ts";
import type { Hook } from "./hook.ts";

const RESOURCE = { group: "admissionregistration.k8s.io", plural: "validatingwebhookconfigurations" };

/** Webhooks that judge writes, all at the same time (reference/access-authn-authz/extensible-admission-controllers). */
export function validatingWebhook(parts: WebhookParts): AdmissionPlugin {
  const table = new HookTable(RESOURCE);
  const transport = new HookTransport();
  return {
    name: "ValidatingAdmissionWebhook",
    handles: (attributes) => table.mayApply && !isConfiguration(attributes),
    async validate(attributes) {
      await table.start(parts.registry());
      if (table.mayApply) await askAll(table.hooks, attributes, parts, transport);
    },
  };
}

async function askAll(
  hooks: readonly Hook[],
  attributes: AdmissionAttributes,
  parts: WebhookParts,
  transport: HookTransport,
): Promise<void> {
  const calls = new HookCalls(parts, transport, new Subject(attributes, parts.view));
  const relevant: { readonly hook: Hook; readonly version: RequestVersion }[] = [];
  for (const hook of hooks) {
    const version = await calls.version(hook);
    if (version !== undefined) relevant.push({ hook, version });
  }
  const refusals: unknown[] = [];
  const ask = async ({ hook, version }: (typeof relevant)[number], index: number): Promise<void> => {
    try {
      await calls.ask(hook, version, false);
    } catch (error) {
      if (!(error instanceof HookFailure)) throw error;
      if (hook.ignoresFailure) attributes.annotate(`failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`, hook.name);
      calls.failOpen(hook, error);
    }
  };
  // Whoever refuses first is told of; the others are waited for all the same, so that nothing runs on beside the write.
  await Promise.all(relevant.map((one, i) => ask(one, i).catch((error: unknown) => void refusals.push(error))));
  if (refusals.length > 0) throw refusals[0];
}
