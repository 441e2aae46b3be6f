// Puts the command into one file, dist/binnacle.js: reading one file instead of some hundred is most of the time it
// takes to load. Packages stay outside: native ones must, and those that few starts need are loaded when they do.
import { build } from "esbuild";

await build({
  entryPoints: ["src/main.ts"],
  outfile: "dist/binnacle.js",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.20",
  packages: "external",
  // Class names appear in messages and in Status reasons that a log shows.
  keepNames: true,
  sourcemap: true,
  logLevel: "warning",
});
