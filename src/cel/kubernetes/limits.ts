/** What expressions may cost and how large they may be, in the numbers that kube-apiserver is built with. */
export const celLimits = {
  /** One evaluation of one expression. */
  perCall: 1_000_000,
  /** All rules of one object's validation together; likewise all expressions of a policy. */
  runtimeBudget: 10_000_000,
  /** All match conditions of a webhook or policy together. */
  matchConditionsBudget: 2_500_000,
  /** A rule of a custom resource definition, by its static estimate. */
  staticRule: 10_000_000,
  /** All rules of a custom resource definition together, by their static estimates. */
  staticDefinition: 100_000_000,
  /** A device selector (DRA): its cost and its length in bytes. */
  deviceSelectorCost: 1_000_000,
  deviceSelectorBytes: 10 * 1024,
  /** What a message expression may evaluate to, in bytes. */
  messageBytes: 5 * 1024,
  /** The request body that sizes without a declared bound are estimated from. */
  requestBytes: 3 * 1024 * 1024,
  /** One authorization check: dear enough that one evaluation has room for two. */
  authorizationCheck: 350_000,
} as const;

/** The longest pattern behind a named format, which checking a value against an unknown format is estimated by. */
export const maxFormatPattern = 128;

/** The longest name of a format, which comparing two of them is estimated by. */
export const maxFormatName = 64;
