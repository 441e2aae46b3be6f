// Puts the command into few files, dist/binnacle.js and what it loads on demand beside it: reading them instead of hundreds
// is most of the time it takes to load (700 ms to 170 ms). Packages in JavaScript go in too; native ones find their
// binaries only from their own place. Each store is a file of its own, so that only the one in use is loaded.
import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

const CHUNK = "binnacle-part";

// Parts are named by their content: those of earlier builds would pile up.
for (const file of readdirSync("dist")) if (file.startsWith(CHUNK)) rmSync(`dist/${file}`);

await build({
  entryPoints: { binnacle: "src/main.ts" },
  outdir: "dist",
  chunkNames: `${CHUNK}-[hash]`,
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node20.20",
  external: ["lmdb", "@grpc/grpc-js"],
  // For packages in the older module format, which ask for Node's own modules by require.
  banner: { js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);' },
  sourcemap: true,
  logLevel: "warning",
});
