import { hpaConversion } from "./autoscaling/hpa-conversion.ts";
import { eventConversion } from "./core/event-conversion.ts";
import { podTemplate } from "./core/pod-template.ts";
import { pod } from "./core/pod.ts";
import type { KindBehaviour } from "./definition.ts";

/** What each built-in kind does beyond the tables, by "group/Kind" ("/Pod" in the core group). */
export const behaviours: ReadonlyMap<string, KindBehaviour> = new Map<string, KindBehaviour>([
  ["/Pod", pod],
  ["/PodTemplate", podTemplate],
  ["/Event", { conversions: { "events.k8s.io/v1": eventConversion } }],
  ["autoscaling/HorizontalPodAutoscaler", { conversions: { "autoscaling/v1": hpaConversion } }],
]);
