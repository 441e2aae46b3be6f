/** So many characters of paths are told of one body: each may be as long as the body. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** A place in an object as clients read it, from the steps to it: `spec.containers[0].name`. */
export function pathText(steps: readonly (string | number)[]): string {
  let path = "";
  for (const step of steps) path += typeof step === "number" ? `[${step}]` : path === "" ? step : `.${step}`;
  return path;
}

/** The texts of the paths that are told of one body, which together are bounded. */
export class ToldPaths {
  #characters = 0;

  /** The text of one more path; undefined: enough has been told. */
  text(steps: readonly (string | number)[]): string | undefined {
    if (this.#characters > MOST_CHARACTERS) return undefined;
    const path = pathText(steps);
    this.#characters += path.length;
    return path;
  }
}
