// Puts the command into one file, dist/binnacle.js: reading one file instead of hundreds is most of the time it takes to
// load (700 ms to 170 ms). Packages in JavaScript go in too; native ones find their
// binaries only from their own place, and what speaks to etcd is loaded only by servers that do.
import { build } from "esbuild";

await build({
  entryPoints: ["src/main.ts"],
  outfile: "dist/binnacle.js",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.20",
  external: ["lmdb", "@grpc/grpc-js"],
  // For packages in the older module format, which ask for Node's own modules by require.
  banner: { js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);' },
  sourcemap: true,
  logLevel: "warning",
});
