import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { WebhookError } from "../webhook/webhook-client.ts";
import { BadCredential, NO_NOTES } from "./authenticator.ts";
import { webhookTokenAuthenticator } from "./webhook-token.ts";

const API = "https://kubernetes.default.svc";
const JANE = { username: "jane", uid: "u-1", groups: ["g1", "g2"], extra: { Scopes: ["view", "edit"] } };

/** A webhook that answers in turn, the last answer again and again. */
function webhook(...answers: (JsonObject | Error)[]) {
  const sent: JsonObject[] = [];
  const time = { now: 0 };
  const know = webhookTokenAuthenticator({
    version: "v1",
    ttl: 1000,
    apiAudiences: [API],
    clock: () => time.now,
    async post(review) {
      sent.push(review);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      return { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", ...answer };
    },
  });
  return { sent, time, ask: async (audiences?: string[]) => know({ token: "t", audiences, notes: NO_NOTES }) };
}

const bad = (reason: RegExp) => (error: unknown) => error instanceof BadCredential && reason.test(error.reasons.join());

test("a webhook says whose a token is, and is asked once in a while", async () => {
  const { ask, sent, time } = webhook({ status: { authenticated: true, user: JANE } });
  const accepted = await ask();
  assert.deepEqual(accepted, {
    audiences: [API],
    user: { name: "jane", uid: "u-1", groups: ["g1", "g2"], extra: new Map([["Scopes", ["view", "edit"]]]) },
  });
  assert.deepEqual(sent, [
    {
      kind: "TokenReview",
      apiVersion: "authentication.k8s.io/v1",
      metadata: {},
      spec: { token: "t", audiences: [API] },
      status: { user: {} },
    },
  ]);
  await Promise.all([ask(), ask(["other", API]), ask(["other", API])]);
  assert.equal(sent.length, 2, "another question is another answer, and asked once");
  time.now = 1001;
  await ask();
  assert.equal(sent.length, 3);
});

test("a token that the webhook does not know is nobody's, which is remembered too; its reason is told", async () => {
  const unknown = webhook({ status: { authenticated: false } });
  assert.equal(await unknown.ask(), undefined);
  assert.equal(await unknown.ask(), undefined);
  assert.equal(unknown.sent.length, 1);
  await assert.rejects(webhook({ status: { error: "expired" } }).ask(), bad(/^expired$/));
  const odd = await webhook({ status: { authenticated: true, error: "odd" } }).ask();
  assert.deepEqual(odd?.user, { name: "", groups: [] });
});

test("a token for other audiences is none for the server", async () => {
  assert.equal(await webhook({ status: { authenticated: true, user: JANE, audiences: ["other"] } }).ask(), undefined);
  assert.deepEqual((await webhook({ status: { authenticated: true, user: JANE, audiences: ["other"] } }).ask(["other"]))?.audiences, [
    "other",
  ]);
});

test("a webhook that fails is asked again the next time", async () => {
  const { ask } = webhook(new WebhookError("boom"), { kind: "Foo" }, { status: { authenticated: true, user: JANE } });
  await assert.rejects(ask(), bad(/boom/));
  await assert.rejects(ask(), bad(/no TokenReview/));
  assert.equal((await ask())?.user.name, "jane");
});
