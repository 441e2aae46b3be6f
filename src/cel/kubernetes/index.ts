/** CEL as Kubernetes speaks it: its libraries, types made of schemas, limits and costs. */
export * from "../index.ts";
export { estimateCost, pathItems, pathKeys, pathValues } from "../estimate.ts";
export type { Path, SizeHint } from "../estimate.ts";
export { kubernetesEnvironment, withVariables } from "./environment.ts";
export { celLimits } from "./limits.ts";
export { escapeFieldName, isCelIdentifier, unescapeFieldName } from "./names.ts";
export { isExposed } from "./exposed.ts";
export { readJson, writeJson } from "./json.ts";
export { SchemaTypes } from "./schema-types.ts";
export type { Declared, Shape, ShapeField } from "./schema-types.ts";
export { structSchema, textSchema, textsSchema } from "./struct-schema.ts";
export { ObjectValue } from "./object-value.ts";
export { CombinedTypes } from "./types.ts";
export { patternFault } from "./validators.ts";
export { mostOccurrences, schemaSizes } from "./sizes.ts";
export { CostBudget, budgetExceeded } from "./budget.ts";
export { LazyVariables, VariableTypes, variablesType } from "./variables.ts";
export {
  Suspended,
  authorizerKind,
  authorizerValue,
  evaluateWithAuthorizer,
  rememberingAuthorize,
  requestResourceValue,
  resourceKind,
} from "./authorizer.ts";
export type { AuthorizationAnswer, AuthorizationQuestion, Authorize } from "./authorizer.ts";
export { MadeStruct, applyConfigurationTypes, checkObjectPaths, jsonPatchLibrary, jsonPatchType, jsonPatchTypes } from "./mutation.ts";
export { admissionTypes } from "./admission-types.ts";
export type { AdmissionTypes } from "./admission-types.ts";
