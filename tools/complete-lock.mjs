// Completes package-lock.json after `npm install`. A registry mirror that lacks packages for other platforms makes npm
// leave them out of the lock, and `npm ci` then refuses the lock everywhere else. Each optional dependency that is
// missing gets an entry with its version and platform; npm fetches it by name where it is wanted. Lines that name a
// registry go, so that the lock works with any. Changes nothing in a lock that is complete.
import { readFileSync, writeFileSync } from "node:fs";

const path = "package-lock.json";
const lock = JSON.parse(readFileSync(path, "utf8"));
const before = JSON.stringify(lock);

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const processors = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "ppc64le", "riscv64", "s390x", "x64"];

for (const [place, dependent] of Object.entries(lock.packages)) {
  delete dependent.resolved;
  for (const [name, version] of Object.entries(dependent.optionalDependencies ?? {})) {
    if (found(place, name)) continue;
    const words = name.split(/[-/]/);
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: processors.filter((processor) => words.includes(processor)),
      ...(dependent.dev ? { dev: true } : {}),
      optional: true,
      os: systems.filter((system) => words.includes(system)),
    };
    console.log(`completed: ${name}@${version}`);
  }
}

const [root, ...others] = Object.entries(lock.packages);
others.sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries([root, ...others]);
if (JSON.stringify(lock) !== before) writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);

/** Whether the lock has a package where Node would look for it from a place in the tree. */
function found(place, name) {
  for (let folder = place; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const inside = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (lock.packages[inside] !== undefined) return true;
    if (folder === "") return false;
  }
}
