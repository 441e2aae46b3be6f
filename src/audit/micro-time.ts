/**
 * Makes a writer of times with six digits behind the second (meta/v1 MicroTime), from milliseconds since the epoch. What
 * comes before the point is kept for the times of the same second: a request has four of them.
 */
export function microTimes(): (milliseconds: number) => string {
  let second = NaN;
  let prefix = "";
  return (milliseconds) => {
    const whole = Math.floor(milliseconds / 1000);
    if (whole !== second) {
      second = whole;
      prefix = new Date(whole * 1000).toISOString().slice(0, 20);
    }
    const micros = Math.floor((milliseconds - whole * 1000) * 1000);
    return `${prefix}${String(1_000_000 + micros).slice(1)}Z`;
  };
}
