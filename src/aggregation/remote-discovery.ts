import { isObject, type ReadonlyJsonObject } from "../object/json.ts";
import { booleanIn, objectIn, objectsIn, stringIn, stringsIn } from "../object/read.ts";
import { answeredObject } from "./answered-object.ts";

/** The types of aggregated discovery that are understood (KEP-3352), in the form in which they are asked for. */
const VERSIONS = ["v2", "v2beta1"];
/** What to accept of a server that may know one of them. */
export const AGGREGATED_ACCEPT = VERSIONS.map(
  (version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
).join(",");

/** Whether an answer is the aggregated form, and not the list of groups that servers without it give. */
export function isAggregated(contentType: string): boolean {
  const parameters = contentType.split(";").map((part) => part.trim().toLowerCase());
  return (
    parameters[0] === "application/json" &&
    parameters.includes("g=apidiscovery.k8s.io") &&
    parameters.includes("as=apigroupdiscoverylist") &&
    VERSIONS.some((version) => parameters.includes(`v=${version}`))
  );
}

/**
 * What an APIGroupDiscoveryList says of a group version, with those fields alone that it should have; undefined where it
 * does not name it. Errors: Error for what is no such list.
 */
export function versionInList(body: Buffer, group: string, version: string): ReadonlyJsonObject | undefined {
  const list = answeredObject(body);
  const found = objectsIn(list, "items").find((item) => stringIn(objectIn(item, "metadata"), "name") === group);
  const said = objectsIn(found ?? {}, "versions").find((one) => stringIn(one, "version") === version);
  const rows = objectsIn(said ?? {}, "resources").filter((row) => stringIn(row, "resource") !== "");
  return said && { version, resources: rows.map(resourceOf) };
}

/** The same from an APIResourceList. Errors: Error for what is no such list. */
export function versionOfResources(body: Buffer, version: string): ReadonlyJsonObject {
  const rows = objectsIn(answeredObject(body), "resources");
  const resources = rows.filter((row) => /^[^/]+$/.test(stringIn(row, "name")));
  return {
    version,
    resources: resources.map((row) => {
      const name = stringIn(row, "name");
      const subresources = rows.filter((one) => stringIn(one, "name").startsWith(`${name}/`));
      return resourceOf({
        ...row,
        resource: name,
        responseKind: kindOfRow(row),
        scope: booleanIn(row, "namespaced") ? "Namespaced" : "Cluster",
        singularResource: stringIn(row, "singularName"),
        subresources: subresources.map((one) => ({
          subresource: stringIn(one, "name").slice(name.length + 1),
          responseKind: kindOfRow(one),
          verbs: stringsIn(one, "verbs"),
        })),
      });
    }),
  };
}

function kindOfRow(row: ReadonlyJsonObject): ReadonlyJsonObject {
  return { group: stringIn(row, "group"), version: stringIn(row, "version"), kind: stringIn(row, "kind") };
}

function resourceOf(row: ReadonlyJsonObject): ReadonlyJsonObject {
  const subresources = objectsIn(row, "subresources").map((one) => ({
    subresource: stringIn(one, "subresource"),
    ...responseKind(one),
    verbs: stringsIn(one, "verbs"),
  }));
  const [shortNames, categories] = [stringsIn(row, "shortNames"), stringsIn(row, "categories")];
  return {
    resource: stringIn(row, "resource"),
    ...responseKind(row),
    scope: stringIn(row, "scope"),
    singularResource: stringIn(row, "singularResource"),
    verbs: stringsIn(row, "verbs"),
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}

function responseKind(row: ReadonlyJsonObject): ReadonlyJsonObject {
  return isObject(row["responseKind"]) ? { responseKind: kindOfRow(objectIn(row, "responseKind")) } : {};
}
