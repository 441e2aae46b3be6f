/** Where a group version stands among the others: the greater number is the earlier, of its group and in its group. */
export interface Standing {
  readonly group: number;
  readonly version: number;
}

/** Of the server's own groups (reference/kubernetes-api/cluster-resources/api-service-v1). */
const GROUP_PRIORITIES: ReadonlyMap<string, number> = new Map([
  // The group by which others are registered is not registered itself, and stands before all.
  ["apiregistration.k8s.io", Infinity],
  ["", 18000],
  ["apps", 17800],
  ["events.k8s.io", 17750],
  ["authentication.k8s.io", 17700],
  ["authorization.k8s.io", 17600],
  ["autoscaling", 17500],
  ["batch", 17400],
  ["certificates.k8s.io", 17300],
  ["networking.k8s.io", 17200],
  ["policy", 17100],
  ["rbac.authorization.k8s.io", 17000],
  ["storage.k8s.io", 16800],
  ["apiextensions.k8s.io", 16700],
  ["admissionregistration.k8s.io", 16700],
  ["scheduling.k8s.io", 16600],
  ["coordination.k8s.io", 16500],
  ["node.k8s.io", 16300],
  ["discovery.k8s.io", 16200],
  ["resource.k8s.io", 16200],
  ["flowcontrol.apiserver.k8s.io", 16100],
]);
const OTHER_GROUPS = 15000;

/** Where a version stands in its group, where that is not as for most first versions. */
const VERSION_PRIORITIES: ReadonlyMap<string, number> = new Map([
  ["/v1", 1],
  ["autoscaling/v2", 30],
  ["flowcontrol.apiserver.k8s.io/v1", 21],
  ["resource.k8s.io/v1", 20],
]);
const STABLE_VERSION = 15;
const PRERELEASE_VERSION = 9;

/** Of all custom resources: after every built-in group, versions by their names. */
export const CUSTOM_STANDING: Standing = { group: 1000, version: 100 };

/** Of a group version that is built in. */
export function builtinStanding(group: string, version: string): Standing {
  return {
    group: GROUP_PRIORITIES.get(group) ?? OTHER_GROUPS,
    version: VERSION_PRIORITIES.get(`${group}/${version}`) ?? (/^v\d+$/.test(version) ? STABLE_VERSION : PRERELEASE_VERSION),
  };
}
