import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizationChain, NO_RULES, type AuthorizationMode, type Decision } from "./authorizer.ts";
import { question } from "./test-question.ts";

const ASKED = question({ resource: "pods", name: "p" });
const NOTHING: Decision = { decision: "noOpinion", reason: "" };

function mode(decision: Partial<Decision>, fault = "", later = false): AuthorizationMode {
  const answer: Decision = { ...NOTHING, ...decision };
  return {
    name: "m",
    authorize: () => (later ? Promise.resolve(answer) : answer),
    rulesFor: () => ({ ...NO_RULES, incomplete: fault !== "", fault }),
  };
}

test("the first mode with an opinion decides; without one the reasons of all stand together", async () => {
  const decide = async (...modes: AuthorizationMode[]): Promise<Decision> => authorizationChain(modes).authorize(ASKED);
  for (const later of [false, true]) {
    const [yes, no] = [mode({ decision: "allow", reason: "yes" }, "", later), mode({ decision: "deny", reason: "no" }, "", later)];
    assert.deepEqual(await decide(mode({}), yes, no), { decision: "allow", reason: "yes" });
    assert.deepEqual(await decide(mode({}, "", later), no, yes), { decision: "deny", reason: "no" });
    assert.deepEqual(await decide(mode({ reason: "a" }), mode({ reason: "b" }, "", later)), { decision: "noOpinion", reason: "a\nb" });
  }
  assert.deepEqual(await decide(), NOTHING);
});

test("what went wrong on the way is told with the decision, each fault once", async () => {
  const failing = (error: string, later = false): AuthorizationMode => mode({ error }, error, later);
  const decide = async (...modes: AuthorizationMode[]) => (await authorizationChain(modes).authorize(ASKED)).error;
  assert.equal(await decide(failing("x"), mode({ decision: "allow" })), "x");
  assert.equal(await decide(failing("x"), failing("x", true), mode({ decision: "allow" }, "", true)), "x");
  assert.equal(await decide(failing("x"), failing("y", true), failing("x")), "[x, y]");
  assert.equal(await decide(mode({})), undefined);
  const faultOf = (...modes: AuthorizationMode[]): string => authorizationChain(modes).rulesFor({ name: "u", groups: [] }, "").fault;
  assert.deepEqual([faultOf(mode({})), faultOf(failing("x"), failing("x")), faultOf(failing("x"), failing("y"))], ["", "x", "[x, y]"]);
});
