import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HtmlLinks, rewrittenLink, type LinkBase } from "./links.ts";

const direct: LinkBase = { host: "10.1.1.1:443", origin: "https://10.1.1.1:443", prefix: "" };
const below: LinkBase = { host: "10.1.1.1:443", origin: "", prefix: "/api/v1/nodes/n/proxy" };

const rows: readonly [string, string, string][] = [
  ["/x", "https://10.1.1.1:443/x", "/api/v1/nodes/n/proxy/x"],
  ["/y?z=1#f", "https://10.1.1.1:443/y?z=1#f", "/api/v1/nodes/n/proxy/y?z=1#f"],
  ["https://10.1.1.1:443/x", "https://10.1.1.1:443/x", "/api/v1/nodes/n/proxy/x"],
  ["/api/v1/nodes/n/proxy/x", "https://10.1.1.1:443/api/v1/nodes/n/proxy/x", "/api/v1/nodes/n/proxy/x"],
  ["https://other.example.com/x", "https://other.example.com/x", "https://other.example.com/x"],
  ["//other.example.com/x", "//other.example.com/x", "//other.example.com/x"],
  ["rel", "rel", "rel"],
  ["mailto:a@b", "mailto:a@b", "mailto:a@b"],
  ["javascript:/x", "javascript:/x", "javascript:/x"],
  ["", "", ""],
];

for (const [link, first, second] of rows) {
  test(`the link ${link || "of nothing"} becomes ${first} or ${second}`, () => {
    assert.deepEqual([rewrittenLink(link, direct), rewrittenLink(link, below)], [first, second]);
  });
}

const PAGE = `<!doctype html><HTML><body class="/x" background=/b.png><a title='1' href = '/abs'>/a</a>
<a href="rel">b</a><img alt="a" src="/i.png"/><p href="/x"><a href="https://o.example.com/">`;
const WANTED = `<!doctype html><HTML><body class="/x" background="/api/v1/nodes/n/proxy/b.png"><a title='1' href = '/api/v1/nodes/n/proxy/abs'>/a</a>
<a href="rel">b</a><img alt="a" src="/api/v1/nodes/n/proxy/i.png"/><p href="/x"><a href="https://o.example.com/">`;

test("links of a page are rewritten wherever the pieces in which it comes end", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(PAGE.length)), (cuts) => {
      const links = new HtmlLinks(below);
      const places = [0, ...cuts.toSorted((a, b) => a - b), PAGE.length];
      const out = places.slice(1).map((end, i) => links.push(PAGE.slice(places[i], end)));
      assert.equal(out.join("") + links.end(), WANTED);
    }),
  );
});

test("what is no page comes out whole, and soon", () => {
  const long = `<a ${'href="'.repeat(50_000)}`;
  for (const text of [
    "<",
    "<a href=",
    "a < b",
    long,
    "<a ".repeat(100_000),
    `<a ${" ".repeat(60_000)}>`,
    `<a ${"a".repeat(60_000)}>`,
    `<a ${"x=".repeat(30_000)}>`,
  ]) {
    const links = new HtmlLinks(below);
    const begun = performance.now();
    assert.equal((links.push(text) + links.push(" ") + links.end()).trimEnd(), text.trimEnd());
    assert.ok(performance.now() - begun < 1000, text.slice(0, 10));
  }
});
