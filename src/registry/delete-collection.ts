import { ignoringAbsence } from "./ignoring-absence.ts";
import type { DeleteOptions } from "./delete-options.ts";
import { remove } from "./delete.ts";
import type { ListOptions } from "./list-options.ts";
import { list, type ListResult } from "./list.ts";
import type { Write } from "./write.ts";

/** Objects that are deleted at the same time. */
const WORKERS = 16;

/**
 * Deletes every object of a selection, as each single delete would; what others delete meanwhile is passed over. The
 * answer is the list as it was. Errors: the first refusal, after which no further delete is begun.
 */
export async function deleteCollection(write: Write, options: DeleteOptions, selection: ListOptions): Promise<ListResult> {
  const found = await list(write.registry, write.endpoint, selection);
  const waiting = found.records.map((record) => record.object().metadata.name as string);
  const failures: Error[] = [];
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined && failures.length === 0; name = waiting.shift()) {
      try {
        await ignoringAbsence(remove(write, name, options));
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(WORKERS, waiting.length) }, work));
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  return found;
}
