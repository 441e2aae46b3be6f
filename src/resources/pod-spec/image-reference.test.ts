import assert from "node:assert/strict";
import { test } from "node:test";
import { imageTag } from "./image-reference.ts";

const digest = `sha256:${"0".repeat(64)}`;

test("the tag of an image is the one written, or latest", () => {
  const tags: Readonly<Record<string, string>> = {
    "a": "latest",
    "a:1": "1",
    "a:LATEST": "LATEST",
    "r.io/a": "latest",
    "r.io:5000/a": "latest",
    "r.io:5000/a:v1": "v1",
    "[2001:db8::1]:5000/a:v1": "v1",
    [`a:latest@${digest}`]: "latest",
  };
  for (const [image, tag] of Object.entries(tags)) assert.equal(imageTag(image), tag, image);
});

test("a digest alone, an id and what is no reference have no tag", () => {
  for (const image of ["", `a@${digest}`, "a@sha256:12", "0".repeat(64), "a/UPPER", "a b", "-a", "a:", "a".repeat(300)]) {
    assert.equal(imageTag(image), "", image);
  }
});
