// Builds where a source is newer than the last build, so that a second `npm start` starts at once.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const changed = (path) => statSync(path).mtimeMs;
const below = (folder) => (existsSync(folder) ? readdirSync(folder, { recursive: true }).map((name) => join(folder, name)) : []);

// Folders count too: their time tells of files that were removed.
const sources = ["package.json", "tsconfig.json", ...["src", "tools", "data"].flatMap(below)];
const built = "dist/binnacle.js";
if (!existsSync(built) || sources.some((path) => changed(path) > changed(built))) {
  const { status } = spawnSync("npm", ["run", "--silent", "build"], { stdio: "inherit" });
  process.exitCode = status ?? 1;
}
