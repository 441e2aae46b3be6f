import { Environment } from "../environment.ts";
import type { EnvironmentOptions } from "../environment.ts";
import type { Library, TypeProvider } from "../declaration.ts";
import { listsLibrary } from "../library/lists.ts";
import { optionalLibrary } from "../library/optional.ts";
import { setsLibrary } from "../library/sets.ts";
import { standardLibrary } from "../library/standard.ts";
import { stringsLibrary } from "../library/strings.ts";
import { twoVariableLibrary } from "../library/comprehensions.ts";
import type { Type } from "../types.ts";
import { authorizerLibrary } from "./authorizer.ts";
import { kubernetesCosts } from "./costs.ts";
import { formatLibrary } from "./format.ts";
import { kubernetesListsLibrary } from "./lists.ts";
import { networkLibrary } from "./network.ts";
import { quantityLibrary } from "./quantity.ts";
import { regexLibrary } from "./regex.ts";
import { semverLibrary } from "./semver.ts";
import { urlLibrary } from "./url.ts";
import { literalValidator } from "./validators.ts";

/** What every expression of Kubernetes may use. Overload estimates of the sets and lists extensions stay their own. */
function kubernetesLibraries(): readonly Library[] {
  return [
    standardLibrary(),
    optionalLibrary,
    stringsLibrary,
    listsLibrary,
    setsLibrary,
    twoVariableLibrary,
    kubernetesListsLibrary,
    regexLibrary(),
    urlLibrary,
    authorizerLibrary,
    quantityLibrary,
    networkLibrary,
    formatLibrary,
    semverLibrary,
    { costs: kubernetesCosts },
  ];
}

/**
 * The environment that all others extend with their variables and types. Building it is the dear part: make one for a
 * control plane and keep it.
 */
export function kubernetesEnvironment(): Environment {
  const options: EnvironmentOptions = {
    libraries: kubernetesLibraries(),
    homogeneousLiterals: true,
    presenceTestCost: false,
    validators: [literalValidator],
  };
  return new Environment(options);
}

/** An environment with variables whose struct types come from `types`. */
export function withVariables(base: Environment, variables: Iterable<readonly [string, Type]>, types: TypeProvider): Environment {
  return base.extend({ variables, types });
}
