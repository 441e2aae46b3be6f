import { invalidField } from "../../object/field-error.ts";
import { headerName } from "../../object/names.ts";
import { asList, asNumber, asObject, isSet, numberIn, stringIn } from "../../object/read.ts";
import { portOrName } from "../../validation/addresses.ts";
import type { Check } from "../../validation/check.ts";
import { optional, required } from "../../validation/presence.ts";
import { atLeast, nonNegative, oneOf, port } from "../../validation/scalars.ts";
import { all, fields, struct, union } from "../../validation/structure.ts";
import type { PodScope } from "./scope.ts";

const headers: Check = (value, at, faults) => {
  for (const header of asList(value)) {
    const name = stringIn(asObject(header), "name");
    for (const message of headerName(name)) faults.push(invalidField(at, name, message));
  }
};

// A container must be gone when the pod's grace period ends, hook included (KEP-3960).
const sleep: Check<PodScope> = struct((action, at, faults, scope) => {
  const seconds = numberIn(action, "seconds");
  if (seconds >= 0 && seconds <= scope.gracePeriod) return;
  const detail = `must be non-negative and less than terminationGracePeriodSeconds (${scope.gracePeriod})`;
  faults.push(invalidField(at, seconds, detail));
});

/** What a probe or a hook does: exactly one thing. */
const handler: Check<PodScope> = union<PodScope>(
  {
    exec: fields({ command: required() }),
    httpGet: fields({
      path: required(),
      port: portOrName,
      scheme: oneOf("HTTP", "HTTPS"),
      httpHeaders: headers,
    }),
    tcpSocket: fields({ port: portOrName }),
    grpc: fields({ port }),
    sleep,
  },
  { none: "must specify a handler type", several: "may not specify more than 1 handler type" },
);

const probe: Check<PodScope> = all<PodScope>(
  handler,
  fields({
    initialDelaySeconds: nonNegative,
    timeoutSeconds: nonNegative,
    periodSeconds: nonNegative,
    successThreshold: nonNegative,
    failureThreshold: nonNegative,
    terminationGracePeriodSeconds: optional(atLeast(1, "must be greater than 0")),
  }),
);

const succeedsOnce: Check = fields({
  successThreshold: (value, at, faults) => {
    if (value !== 1) faults.push(invalidField(at, asNumber(value), "must be 1"));
  },
});

const noGracePeriod: Check = struct((object, at, faults) => {
  if (!isSet(object, "terminationGracePeriodSeconds")) return;
  const place = at.child("terminationGracePeriodSeconds");
  const seconds = numberIn(object, "terminationGracePeriodSeconds");
  faults.push(invalidField(place, seconds, "must not be set for readinessProbes"));
});

/** Rules of the probes and hooks of a container that keeps running. */
export const runningRules: Check<PodScope> = fields<PodScope>({
  lifecycle: optional(fields<PodScope>({ postStart: optional(handler), preStop: optional(handler) })),
  livenessProbe: optional(all<PodScope>(probe, succeedsOnce)),
  readinessProbe: optional(all<PodScope>(probe, noGracePeriod)),
  startupProbe: optional(all<PodScope>(probe, succeedsOnce)),
});
