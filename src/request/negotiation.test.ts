import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StatusError } from "../object/status.ts";
import {
  bodyFormat,
  DISCOVERY_OFFER,
  negotiateDocument,
  negotiateError,
  negotiateObject,
  negotiateWatch,
  patchType,
  type Negotiated,
  type NegotiationInput,
} from "./negotiation.ts";

function input(accept: string | undefined, query = "", userAgent = "kubectl/v1"): NegotiationInput {
  return { headers: { accept, "user-agent": userAgent }, query: new URLSearchParams(query) };
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert(error instanceof StatusError);
    return `${error.status.code} ${error.status.message}`;
  }
  return assert.fail("not refused");
}

const json: Negotiated = { format: "json", pretty: false };
const protobuf: Negotiated = { format: "protobuf", pretty: false };
const yaml: Negotiated = { format: "yaml", pretty: false };
const table = (version: string): Negotiated => ({ ...json, transform: { group: "meta.k8s.io", version, kind: "Table" } });

describe("Accept", () => {
  const cases: readonly (readonly [string | undefined, Negotiated])[] = [
    [undefined, json],
    ["", json],
    ["*/*", json],
    ["application/json", json],
    ["application/yaml", yaml],
    ["text/html,application/json;q=0.5", json],
    ["application/json;q=0.5, application/yaml;q=0.9", yaml],
    ["*/*, application/yaml", yaml],
    ["application/vnd.kubernetes.protobuf, application/json", protobuf],
    ["application/vnd.kubernetes.protobuf,*/*", protobuf],
    ["application/vnd.kubernetes.protobuf;q=0.5, application/json", json],
    ["application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io, application/json", json],
    [
      "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
      { ...protobuf, transform: { group: "meta.k8s.io", version: "v1", kind: "PartialObjectMetadata" } },
    ],
    ["application/json;stream=watch", json],
    ["application/json;as=Table;v=v1;g=meta.k8s.io", table("v1")],
    ["application/json;as=Table;v=v1beta1;g=meta.k8s.io", table("v1beta1")],
    ["application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", table("v1")],
    ["application/json;as=Nope;v=v1;g=meta.k8s.io,application/json", json],
    [
      "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
      { ...json, transform: { group: "meta.k8s.io", version: "v1", kind: "PartialObjectMetadataList" } },
    ],
    ["application/json;pretty=1", { ...json, pretty: true }],
    ["rubbish, a/b/c, application/json;;q", json],
  ];
  for (const [accept, expected] of cases) {
    test(`${accept} agrees on ${expected.transform?.kind ?? expected.format}`, () =>
      assert.deepEqual(negotiateObject(input(accept), false), expected));
  }

  test("is refused by the route where no media type is known, and by the endpoint where a transform is not", () => {
    const route =
      "406 406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf";
    for (const accept of ["text/html", "application/xml", "application/*"])
      assert.equal(
        refusal(() => negotiateObject(input(accept), false)),
        route,
      );
    assert.equal(
      refusal(() => negotiateObject(input("text/html"), true)),
      `${route}, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch`,
    );
    const endpoint =
      "406 only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf";
    for (const accept of [
      "application/json;as=Nope;v=v1;g=meta.k8s.io",
      "application/json;as=Table;v=v9;g=meta.k8s.io",
      "application/json;as=Table;v=v1;g=other",
    ]) {
      assert.equal(
        refusal(() => negotiateObject(input(accept), true)),
        endpoint,
      );
    }
  });

  test("of custom resources agrees on protobuf for their metadata alone", () => {
    const accept = "application/vnd.kubernetes.protobuf";
    assert.deepEqual(negotiateObject(input(`${accept}, application/json`), true, true), json);
    assert.deepEqual(negotiateObject(input(`${accept}, */*`), true, true), json);
    for (const run of [negotiateObject.bind(null, input(accept), true, true), negotiateWatch.bind(null, input(accept), true)])
      assert.match(refusal(run), /^406 only the following media types are accepted: /);
    const metadata = `${accept};as=PartialObjectMetadataList;v=v1;g=meta.k8s.io`;
    assert.equal(negotiateObject(input(metadata), true, true).format, "protobuf");
    assert.equal(negotiateWatch(input(`${metadata};stream=watch`), true).format, "protobuf");
  });

  test("of a watch takes JSON and protobuf, no YAML", () => {
    assert.deepEqual(negotiateWatch(input("application/yaml, application/json;stream=watch;q=0.1")), json);
    assert.deepEqual(negotiateWatch(input("application/vnd.kubernetes.protobuf;stream=watch, application/json;q=0.9")), protobuf);
    assert.match(
      refusal(() => negotiateWatch(input("application/yaml"))),
      /accepted: application\/json;stream=watch, application\/vnd\.kubernetes\.protobuf;stream=watch$/,
    );
  });

  test("of discovery may ask for the aggregated form, of v2 alone", () => {
    const v2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    assert.equal(negotiateDocument(input(`${v2},application/json`), DISCOVERY_OFFER).transform?.version, "v2");
    assert.deepEqual(
      negotiateDocument(
        input("application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"),
        DISCOVERY_OFFER,
      ),
      json,
    );
  });

  test("of a failure is never refused: what cannot be agreed on is indented JSON", () => {
    assert.deepEqual(negotiateError(input("application/yaml")), yaml);
    assert.deepEqual(negotiateError(input("application/vnd.kubernetes.protobuf")), protobuf);
    assert.deepEqual(negotiateError(input("application/*")), json);
    for (const accept of ["text/html", "application/json;as=Table;v=v1;g=meta.k8s.io"])
      assert.deepEqual(negotiateError(input(accept)), { format: "json", pretty: true });
  });
});

test("JSON is indented for pretty in the query, else for people's user agents; YAML never", () => {
  const pretty = (query: string, userAgent: string): boolean => negotiateObject(input("application/json", query, userAgent), false).pretty;
  for (const query of ["pretty=true", "pretty=1", "pretty=T"]) assert.equal(pretty(query, "x"), true, query);
  for (const query of ["", "pretty", "pretty=0", "pretty=false", "pretty=yes"]) assert.equal(pretty(query, "x"), false, query);
  for (const agent of ["curl/8.0", "Wget/1", "Mozilla/5.0 (X11)"]) {
    assert.equal(pretty("", agent), true, agent);
    assert.equal(pretty("pretty=false", agent), false, agent);
    assert.equal(pretty("pretty", agent), true, agent);
  }
  assert.deepEqual(negotiateObject(input("application/yaml", "pretty=1"), false), yaml);
});

test("a body's Content-Type is JSON, YAML or protobuf, without regard to case and parameters", () => {
  assert.equal(bodyFormat(undefined), "json");
  assert.equal(bodyFormat("application/JSON; charset=utf-8"), "json");
  assert.equal(bodyFormat("application/yaml"), "yaml");
  assert.equal(bodyFormat("application/vnd.kubernetes.protobuf"), "protobuf");
  for (const type of ["text/plain", "garbage", "application/merge-patch+json"]) {
    assert.equal(
      refusal(() => bodyFormat(type)),
      "415 the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
    );
  }
});

test("a patch's Content-Type says what sort it is; custom resources know no strategic merge", () => {
  assert.equal(patchType("application/strategic-merge-patch+json", false), "strategic");
  assert.equal(patchType("application/apply-patch+yaml; charset=utf-8", true), "apply");
  for (const type of [undefined, "application/json", "text/plain"])
    assert.equal(
      refusal(() => patchType(type, false)),
      "415 415: Unsupported Media Type",
    );
  assert.equal(
    refusal(() => patchType("application/strategic-merge-patch+json", true)),
    "415 the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
  );
});
