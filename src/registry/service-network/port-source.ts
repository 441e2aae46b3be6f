import type { PortBitmap } from "./port-bitmap.ts";
import { rangeText } from "./port-bitmap.ts";
import { PortUnavailable, type PortSource } from "./port-plan.ts";

const TAKEN = "provided port is already allocated";

/** Ports of a bitmap, which is changed. `random` gives numbers in [0, 1). */
export function portsOf(bitmap: PortBitmap, random: () => number): PortSource {
  return {
    take(port) {
      if (!bitmap.covers(port))
        throw new PortUnavailable(`provided port is not in the valid range. The range of valid ports is ${rangeText(bitmap.range)}`);
      if (bitmap.has(port)) throw new PortUnavailable(TAKEN);
      bitmap.add(port);
    },
    takeNext() {
      const port = bitmap.next(random());
      if (port === undefined) throw new PortUnavailable("range is full");
      bitmap.add(port);
      return port;
    },
  };
}

/** Where the numbers begin that a dry run shows for ports which it does not choose. */
const SHOWN_FROM = 32_768;

/** Ports for a dry run: those that are taken are refused, and what is not chosen is shown as some number. */
export function dryRunPorts(bitmap: PortBitmap): PortSource {
  const taken = new Set<number>();
  return {
    take(port) {
      if (bitmap.has(port) || taken.has(port)) throw new PortUnavailable(TAKEN);
      taken.add(port);
    },
    takeNext() {
      const port = Math.max(taken.size === 0 ? SHOWN_FROM : 0, ...taken) + 1;
      taken.add(port);
      return port;
    },
  };
}
