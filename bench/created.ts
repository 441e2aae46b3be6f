/** Waits for a create. Errors: the answer's body, as text, where it was refused. */
export async function created(answer: Promise<{ readonly status: number; readonly body: unknown }>): Promise<void> {
  const { status, body } = await answer;
  if (status !== 201) throw new Error(JSON.stringify(body));
}
