import type { KubeObject } from "../object/kube-object.ts";
import type { Strategy, StrategyContext } from "../resources/definition.ts";

/** What a client may send back from a read and the server sets anew: dropped before a create goes on. */
export function wipeSystemMetadata(object: KubeObject): void {
  const { metadata } = object;
  delete metadata.uid;
  delete metadata.creationTimestamp;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata["selfLink"];
}

/** What every object gets when it is created. */
export function fillSystemMetadata(object: KubeObject, strategy: Strategy, context: StrategyContext, uid: string): void {
  object.metadata.uid = uid;
  object.metadata.creationTimestamp = context.now;
  if (strategy.generationOnCreate) object.metadata.generation = 1;
}

/** Before prepareForUpdate: the generation is the server's, whatever the client sent. */
export function keepGeneration(object: KubeObject, old: KubeObject): void {
  if (old.metadata.generation === undefined) delete object.metadata.generation;
  else object.metadata.generation = old.metadata.generation;
}

/** After prepareForUpdate: what an update can never change or remove. */
export function keepSystemMetadata(object: KubeObject, old: KubeObject): void {
  const { metadata } = object;
  const before = old.metadata;
  if (!metadata.uid && before.uid !== undefined) metadata.uid = before.uid;
  if (before.creationTimestamp !== undefined) metadata.creationTimestamp = before.creationTimestamp;
  if (before.deletionTimestamp !== undefined) metadata.deletionTimestamp = before.deletionTimestamp;
  if (before.deletionGracePeriodSeconds !== undefined && metadata.deletionGracePeriodSeconds === undefined) {
    metadata.deletionGracePeriodSeconds = before.deletionGracePeriodSeconds;
  }
  delete metadata["selfLink"];
}
