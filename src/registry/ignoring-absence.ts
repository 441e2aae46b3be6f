import { StatusError, type StatusReason } from "../object/status.ts";

/**
 * What work on an object gives that somebody may remove meanwhile, which is no fault then, nor are other `reasons`:
 * undefined. Errors: the work's others.
 */
export async function ignoringAbsence<T>(work: Promise<T>, ...reasons: readonly StatusReason[]): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StatusError && ["NotFound", ...reasons].some((reason) => reason === error.status.reason)) return undefined;
    throw error;
  }
}
