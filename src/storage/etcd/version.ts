/** The first releases of each line whose answer to a progress request waits for the events before it (etcd issue 15220). */
const repaired: readonly (readonly [major: number, minor: number, patch: number])[] = [
  [3, 4, 31],
  [3, 5, 13],
];

/** Whether a member of this version answers progress requests rightly; where the version cannot be read, it does not. */
export function answersProgressRightly(version: string): boolean {
  const numbers = /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  if (numbers === undefined) return false;
  const [major = 0, minor = 0, patch = 0] = numbers;
  const line = repaired.find((release) => release[0] === major && release[1] === minor);
  if (line !== undefined) return patch >= line[2];
  return major > 3 || (major === 3 && minor > 5);
}
