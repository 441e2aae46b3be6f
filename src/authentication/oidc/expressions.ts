import {
  activation,
  admissionTypes,
  kubernetesEnvironment,
  readJson,
  typeOf,
  types,
  writeJson,
  type Environment,
  type Program,
  type Value,
} from "../../cel/kubernetes/index.ts";
import type { JsonValue } from "../../object/json.ts";
import type { UserInfo } from "../../request/context.ts";
import { userInfoJson } from "../../request/user-info.ts";
import type { ReadClaims } from "./issuer-rules.ts";

/** What an expression over claims or a user may cost (the original's per-call limit of all its expressions). */
const COST_LIMIT = 1_000_000;

/** Compiles the expressions of an AuthenticationConfiguration (KEP-3331). Errors of all: Error with the compiler's message. */
export interface AuthenticationExpressions {
  /** Over `claims`. */
  string(expression: string): ReadClaims<string>;
  /** A text or list of texts; nothing where it is empty. */
  strings(expression: string): ReadClaims<readonly string[]>;
  /** Must be true; else an Error with the message, "" for one made of the expression. */
  claimRule(expression: string, message: string): ReadClaims<void>;
  /** Over `user`. */
  userRule(expression: string, message: string): (user: UserInfo) => void;
}

/** Makes the compiler; the environment of Kubernetes' CEL is made with it. */
export function authenticationExpressions(): AuthenticationExpressions {
  const base = kubernetesEnvironment();
  const object = types.mapType(types.stringType, types.dynType);
  const overClaims = base.extend({ variables: [["claims", object]] });
  const admission = admissionTypes();
  const overUser = base.extend({ variables: [["user", admission.userInfo.type]], types: admission.types });
  const evaluate = (program: Program, name: string, value: Value): JsonValue => {
    const result = program.evaluate(activation({ [name]: value }), { costLimit: COST_LIMIT });
    if (result.error !== undefined) throw new Error(`oidc: error evaluating an expression: ${result.error.message}`);
    return writeJson(result.value);
  };
  const rule = (environment: Environment, name: string, expression: string, message: string) => {
    const program = compile(environment, expression, "bool");
    return (value: Value): void => {
      const outcome = evaluate(program, name, value);
      if (outcome !== true)
        throw new Error(
          `oidc: error evaluating ${name} validation expression: ${message || `validation expression '${expression}' failed`}`,
        );
    };
  };
  return {
    string(expression) {
      const program = compile(overClaims, expression);
      return (claims) => {
        const value = evaluate(program, "claims", readJson(claims));
        if (typeof value !== "string") throw new Error("oidc: an expression that must give a string gave something else");
        return value;
      };
    },
    strings(expression) {
      const program = compile(overClaims, expression);
      return (claims) => {
        const value = evaluate(program, "claims", readJson(claims));
        if (value === null || value === "") return [];
        const list = Array.isArray(value) ? value : [value];
        return list.flatMap((one) => {
          if (typeof one !== "string") throw new Error("oidc: an expression that must give strings gave something else");
          return one === "" ? [] : [one];
        });
      };
    },
    claimRule(expression, message) {
      const check = rule(overClaims, "claims", expression, message);
      return (claims) => check(readJson(claims));
    },
    userRule(expression, message) {
      const check = rule(overUser, "user", expression, message);
      return (user) => check(admission.userInfo.read(userInfoJson(user)));
    },
  };
}

function compile(environment: Environment, expression: string, wanted?: "bool"): Program {
  const { checked, message } = environment.compile(expression);
  if (checked === undefined) throw new Error(`compilation failed: ${message}`);
  if (wanted !== undefined && typeOf(checked).kind !== wanted) throw new Error(`must evaluate to ${wanted}`);
  return environment.program(checked);
}
