import assert from "node:assert/strict";
import { test } from "node:test";
import { ALLOW, attributesOfRequest, NO_OPINION, NO_RULES, type AuthorizationMode } from "../authorization/authorizer.ts";
import { StatusError } from "../object/status.ts";
import { requestInfo } from "../request/info.ts";
import { resolve } from "../registry/resolve.ts";
import type { ResourceDefinition, ServedVersion, Subresource, Verb } from "../resources/definition.ts";
import type { Definitions } from "../resources/definitions.ts";
import { testPlane, type TestUser } from "./test-plane.ts";

// Every resource, verb and subresource that the definitions know, asked for in every way of writing a path, by a user who
// may do anything but that.

const USER: TestUser = { name: "almost-everything" };
const METHODS: Readonly<Record<Verb, string>> = {
  get: "GET",
  list: "GET",
  watch: "GET",
  create: "POST",
  update: "PUT",
  patch: "PATCH",
  delete: "DELETE",
  deletecollection: "DELETE",
};
const ON_COLLECTIONS: ReadonlySet<Verb> = new Set<Verb>(["list", "watch", "create", "deletecollection"]);

interface Row {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly verb: Verb;
  /** Paths that mean it, as a client would write them. */
  readonly paths: readonly string[];
}

function rowsOf(definitions: Definitions): Row[] {
  const rows: Row[] = [];
  for (const definition of definitions.all()) {
    for (const served of definition.served) {
      for (const verb of definition.verbs) rows.push(row(definition, served, verb));
      for (const [name, sub] of definition.subresources) {
        for (const verb of sub.verbs) rows.push(row(definition, served, verb, name, sub));
      }
    }
  }
  return rows;
}

function row(definition: ResourceDefinition, served: ServedVersion, verb: Verb, name = "", sub?: Subresource): Row {
  const prefix = served.group === "" ? `/api/${served.version}` : `/apis/${served.group}/${served.version}`;
  const collection = sub === undefined && ON_COLLECTIONS.has(verb);
  const tail = collection ? definition.plural : `${definition.plural}/x${name === "" ? "" : `/${name}`}`;
  const homes = definition.scope === "Namespaced" ? ["namespaces/default/"] : [""];
  // Lists and watches are also asked across all namespaces, and watches by the older path.
  if (definition.scope === "Namespaced" && (verb === "list" || verb === "watch")) homes.push("");
  const paths = homes.map((home) => `${prefix}/${home}${tail}`);
  if (verb === "watch") paths.push(...homes.map((home) => `${prefix}/watch/${home}${tail}`));
  return { group: served.group, resource: definition.plural, subresource: name, verb, paths: [...new Set(paths)] };
}

/** Other ways of writing a path that a careless server would take for the same. */
function variants(path: string): string[] {
  const at = path.lastIndexOf("/");
  const encoded = Array.from(path.slice(at + 1), (c) => `%${c.charCodeAt(0).toString(16)}`).join("");
  return [
    path,
    `${path}/`,
    `${path}//`,
    `/${path}`,
    path.replace("/v", "//v"),
    `${path.slice(0, at)}//${path.slice(at + 1)}`,
    `${path.slice(0, at)}%2F${path.slice(at + 1)}`,
    `${path.slice(0, at)}/${encoded}`,
    path.toUpperCase(),
    path.replace(/\/([a-z])([a-z]*)$/, (_, first: string, rest: string) => `/${first.toUpperCase()}${rest}`),
    path.replace("/api", "/./api"),
    `/x/..${path}`,
    `${path};x=y`,
    `${path}%00`,
  ];
}

/** Ways of writing it that mean something else, or may. */
function neighbours(path: string): string[] {
  return [
    `${path}/.`,
    `${path}?watch=1`,
    `${path}?watch=false&resourceVersion=0`,
    `${path}?method=GET`,
    path.replace(/^\/(apis?\/(?:[^/]+\/)?v[^/]+)\//, "/$1/watch/"),
    path.replace(/^\/(apis?\/(?:[^/]+\/)?v[^/]+)\//, "/$1/proxy/"),
  ];
}

test("what is done is what was authorized, however the path is written", async () => {
  const { plane } = await testPlane();
  const { definitions } = plane.registry;
  let resolved = 0;
  for (const one of rowsOf(definitions)) {
    for (const target of one.paths.flatMap((path) => [...variants(path), ...neighbours(path)])) {
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "get"]) {
        const info = requestInfo(method, target);
        if (info === undefined || !info.isResourceRequest) continue;
        const asked = attributesOfRequest(info, { name: "u", groups: [] });
        try {
          const { endpoint, verb } = resolve(definitions, info, method);
          resolved++;
          const done = [verb, endpoint.served.group, endpoint.definition.plural, endpoint.subresource?.name ?? "", endpoint.name];
          const name = asked.verb === "list" || asked.verb === "watch" ? endpoint.name : asked.name;
          assert.deepEqual([asked.verb, asked.apiGroup, asked.resource, asked.subresource, name], done, `${method} ${target}`);
          if (endpoint.namespace !== "") assert.equal(asked.namespace, endpoint.namespace, `${method} ${target}`);
        } catch (error) {
          if (!(error instanceof StatusError)) throw error;
        }
      }
    }
  }
  assert.ok(resolved > 1000, `${resolved} paths meant something`);
});

test("whoever lacks one permission gets 403 or 404, and nothing is stored", async () => {
  let missing: Row | undefined;
  const mode: AuthorizationMode = {
    name: "everything but",
    authorize: ({ verb, apiGroup, resource, subresource }) => {
      const isMissing =
        verb === missing?.verb && apiGroup === missing.group && resource === missing.resource && subresource === missing.subresource;
      return isMissing ? NO_OPINION : ALLOW;
    },
    rulesFor: () => NO_RULES,
  };
  const { plane, storage, request } = await testPlane({ authorizationModes: () => [mode] });
  const before = await storage.currentRevision();
  let refused = 0;
  for (const one of rowsOf(plane.registry.definitions)) {
    missing = one;
    for (const path of one.paths) {
      for (const target of variants(path)) {
        const { status } = await plane.handle(request(USER, METHODS[one.verb], one.verb === "watch" ? watching(target) : target, {}));
        // A path that the original's mux would not know is not found; an escape that is none is malformed.
        assert.ok(status === 403 || status === 404, `${one.verb} ${target}: ${status}`);
        if (status === 403) refused++;
      }
    }
  }
  assert.ok(refused > 1000, `${refused} requests were refused`);
  assert.equal(await storage.currentRevision(), before);
});

function watching(target: string): string {
  return target.includes("/watch/") ? target : `${target}?watch=1`;
}
