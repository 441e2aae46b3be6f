import type { Authorize } from "../../cel/kubernetes/index.ts";
import { randomUid } from "../../object/names-generator.ts";
import { badRequest, internalError } from "../../object/status.ts";
import type { HostCredentials } from "../../webhook/credentials.ts";
import { deadlineExceeded, TimeUp } from "../../request/deadline.ts";
import { callTarget } from "../../webhook/client-config.ts";
import type { ServiceResolver } from "../../webhook/service-address.ts";
import { CallFault, type HookTransport } from "../../webhook/transport.ts";
import { refuse } from "../attributes.ts";
import { isSelected, matchingVersion } from "../matching/criteria.ts";
import type { Subject } from "../matching/subject.ts";
import type { RequestVersion } from "../matching/versions.ts";
import { authorizeFor } from "../policies/authorize-question.ts";
import { meetsConditions } from "../policies/match-conditions.ts";
import type { PolicyParts } from "../policies/policy-parts.ts";
import { RequestActivation } from "../policies/request-activation.ts";
import { denial } from "./denial.ts";
import type { Hook } from "./hook.ts";
import { AnswerFault, readAnswer, reviewBody, type ReviewAnswer } from "./review.ts";

/** The longest that all webhooks of a request may take together, in milliseconds: the original's bound on a write. */
const TOTAL_MS = 34_000;

/** The timer of a call may be so much ahead of the clock, in milliseconds: what ended with the request's time ended late. */
const SLACK_MS = 2;

/** What webhook plugins are made from. */
export interface WebhookParts extends PolicyParts {
  /** Where calls of services go. */
  readonly resolveService: ServiceResolver;
  /** As whom webhooks are called; absent: as nobody. */
  readonly credentials?: HostCredentials | undefined;
}

/** A webhook that failed; `message` is what clients see. */
export class HookFailure extends Error {}

/** The webhook calls of one request. */
export class HookCalls {
  readonly #parts: WebhookParts;
  readonly #transport: HookTransport;
  readonly #subject: Subject;
  readonly #authorize: Authorize;
  readonly #deadline: number;

  constructor(parts: WebhookParts, transport: HookTransport, subject: Subject) {
    const { attributes } = subject;
    this.#parts = parts;
    this.#transport = transport;
    this.#subject = subject;
    this.#authorize = authorizeFor(attributes.user, parts.authorize);
    this.#deadline = Math.min(attributes.deadline ?? Infinity, parts.registry().clock() + TOTAL_MS);
  }

  /** The version in which a webhook is asked about the request; undefined: it is not asked. Errors: StatusError 403, 404. */
  async version(hook: Hook): Promise<RequestVersion | undefined> {
    const version = matchingVersion(hook.criteria, this.#subject);
    if (version === undefined || hook.criteria.rules.length === 0 || !(await isSelected(hook.criteria, this.#subject))) return undefined;
    await this.#subject.prepare(version);
    if (!hook.hasConditions) return version;
    const activation = new RequestActivation({ subject: this.#subject, version, authorize: this.#authorize });
    const met = await meetsConditions(hook.conditions(), () => activation);
    if (met === true || met === false) return met ? version : undefined;
    if (hook.ignoresFailure) return undefined;
    throw refuse(this.#subject.attributes, met.error);
  }

  /**
   * Asks a webhook, and passes on its warnings and annotations. Errors: StatusError where it refuses or cannot be asked in a
   * dry run, HookFailure where it gives no good answer.
   */
  async ask(hook: Hook, version: RequestVersion, mutating: boolean): Promise<ReviewAnswer> {
    const { attributes } = this.#subject;
    if (attributes.dryRun && !hook.bearsDryRun) throw badRequest(`admission webhook "${hook.name}" does not support dry run`);
    const answer = await this.#call(hook, version, mutating);
    for (const [key, value] of answer.auditAnnotations) attributes.annotate(`${hook.name}/${key}`, value);
    for (const warning of answer.warnings) attributes.warn(warning);
    if (!answer.allowed) throw denial(hook.name, answer.status);
    return answer;
  }

  /** Goes on after a failure where the webhook says so. Errors: StatusError 500, 504 where the request's time is over. */
  failOpen(hook: Hook, failure: HookFailure): void {
    const { deadline = Infinity } = this.#subject.attributes;
    if (this.#parts.registry().clock() >= deadline - SLACK_MS) throw new TimeUp();
    if (!hook.ignoresFailure) throw internalError(failure.message);
    if (this.#left() <= SLACK_MS) throw deadlineExceeded();
  }

  async #call(hook: Hook, version: RequestVersion, mutating: boolean): Promise<ReviewAnswer> {
    const uid = randomUid(this.#parts.registry().randomBytes);
    const body = reviewBody(this.#subject, version, hook.reviewVersion, uid);
    const timeoutMs = Math.max(0, Math.min(hook.timeoutMs, this.#left()));
    const { resolveService, credentials } = this.#parts;
    const target = callTarget(hook.client, resolveService, timeoutMs);
    const known = { ...target, credentials: credentials?.(hostOf(target.url)) };
    try {
      return readAnswer(await this.#transport.post(known, body), hook.reviewVersion, uid, mutating);
    } catch (error) {
      if (error instanceof CallFault) throw hookFailure(hook, `failed to call webhook: ${error.message}`);
      if (error instanceof AnswerFault) throw hookFailure(hook, error.message);
      throw error;
    }
  }

  #left(): number {
    return this.#deadline - this.#parts.registry().clock();
  }
}

/** The host and port as they stand in an https URL, which has been validated. */
function hostOf(url: string): string {
  return url.slice("https://".length).replace(/[/?#].*$/s, "");
}

/** How a failed call is told. */
export function hookFailure(hook: Hook, reason: string): HookFailure {
  return new HookFailure(`failed calling webhook "${hook.name}": ${reason}`);
}
