import type { TestRegistry } from "../src/registry/test-registry.ts";

/** Waits for a create. Errors: the answer's body, as text, where it was refused. */
export async function created(answer: ReturnType<TestRegistry["call"]>): Promise<void> {
  const { status, body } = await answer;
  if (status !== 201) throw new Error(JSON.stringify(body));
}
