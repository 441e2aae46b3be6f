import { StatusError } from "../object/status.ts";

/** Waits for work on an object that somebody may remove meanwhile, which is no fault then. Errors: the work's others. */
export async function ignoringAbsence(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof StatusError) || error.status.reason !== "NotFound") throw error;
  }
}
