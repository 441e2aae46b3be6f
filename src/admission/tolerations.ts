import { equalJson, type JsonValue, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { asObject, numberIn, isSet, stringIn } from "../object/read.ts";

/** Tolerations without those that another one makes needless; of equal ones the first stays. */
export function mergeTolerations(tolerations: readonly JsonValue[]): JsonValue[] {
  const kept: JsonValue[] = [];
  tolerations.forEach((one, i) => {
    if (kept.some((other) => covers(asObject(other), asObject(one)))) return;
    const later = tolerations.slice(i + 1);
    if (later.some((other) => !equalJson(other, one) && covers(asObject(other), asObject(one)))) return;
    kept.push(one);
  });
  return kept;
}

/** Whether each toleration is covered by an allowed one. */
export function areAllowed(tolerations: readonly ReadonlyJson[], allowed: readonly ReadonlyJson[]): boolean {
  return tolerations.every((one) => allowed.some((other) => covers(asObject(other), asObject(one))));
}

/** Whether whatever `one` tolerates, `wide` tolerates too, and as long. */
function covers(wide: ReadonlyJsonObject, one: ReadonlyJsonObject): boolean {
  if (equalJson(wide, one)) return true;
  const [key, operator, effect] = [stringIn(wide, "key"), stringIn(wide, "operator"), stringIn(wide, "effect")];
  if (stringIn(one, "key") !== key && !(key === "" && operator === "Exists")) return false;
  if (stringIn(one, "effect") !== effect && effect !== "") return false;
  if (effect === "NoExecute" && isSet(wide, "tolerationSeconds")) {
    if (!isSet(one, "tolerationSeconds") || numberIn(one, "tolerationSeconds") > numberIn(wide, "tolerationSeconds")) return false;
  }
  if (operator === "Exists") return true;
  return (
    (operator === "" || operator === "Equal") && stringIn(one, "operator") === "Equal" && stringIn(one, "value") === stringIn(wide, "value")
  );
}
