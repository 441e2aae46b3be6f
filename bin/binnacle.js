#!/usr/bin/env node
import { existsSync } from "node:fs";

const build = new URL("../dist/binnacle.js", import.meta.url);
if (existsSync(build)) {
  await import(build.href);
} else {
  console.error("binnacle: this copy is not built yet. To do: npm run build");
  process.exitCode = 1;
}
