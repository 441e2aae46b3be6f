#!/usr/bin/env node
import { existsSync } from "node:fs";
import module from "node:module";

const build = new URL("../dist/binnacle.js", import.meta.url);
if (existsSync(build)) {
  // Node 22 and newer keep compiled code between starts.
  module.enableCompileCache?.();
  await import(build.href);
} else {
  console.error("binnacle: this copy is not built yet. To do: npm run build");
  process.exitCode = 1;
}
