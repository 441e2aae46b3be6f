// Runs the compiled tests: all of them, or those whose path contains one of the arguments. With --all a test that is left
// out is a failure. Ends with the line "N passed, N failed" and fails where a test failed or none ran. Needs a build.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";

const root = join(import.meta.dirname, "..", "dist");
const leaveNothingOut = process.argv.includes("--all");
const wanted = process.argv.slice(2).filter((argument) => argument !== "--all");
// Names of files, since Node 20 takes directories and not patterns and Node 22 the other way round.
const files = ["src", "test", "tools", "bench"]
  .map((folder) => join(root, folder))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
  .filter((file) => file.endsWith(".test.js") && existsSync(file.replace(`${root}/`, `${root}/../`).replace(/js$/, "ts")))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.slice(root.length).includes(part)))
  .sort();

const counts = { passed: 0, failed: 0, skipped: 0 };
const leftOut = new Map();
/** No single file may hold up the rest: a test that hangs is a failure. */
const timeout = 5 * 60 * 1000;

for await (const { type, data } of run({ files, concurrency: true, timeout })) {
  if (type === "test:fail") {
    // A file whose tests fail is reported once more as a whole; that is not a test of its own.
    const { error } = data.details;
    if (error?.failureType === "subtestsFailed") continue;
    counts.failed++;
    console.log(`failed: ${data.name}\n  ${data.file ?? ""}:${data.line ?? ""}\n${indent(describe(error))}`);
  } else if (type === "test:pass" && data.details.type !== "suite" && !isFile(data)) {
    if (data.skip === undefined) counts.passed++;
    else skip(data);
  } else if (type === "test:stderr" || type === "test:stdout") {
    process.stderr.write(data.message);
  }
}

for (const [reason, names] of leftOut)
  console.log(
    `${reason} (${names.length} ${names.length === 1 ? "test" : "tests"}: ${names.slice(0, 3).join("; ")}${names.length > 3 ? "; …" : ""})`,
  );
if (leaveNothingOut) counts.failed += counts.skipped;
else if (counts.skipped > 0) console.log(`${counts.skipped} skipped`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;

function skip({ name, skip: reason }) {
  counts.skipped++;
  const text = typeof reason === "string" && reason !== "" ? reason : "left out without a reason";
  leftOut.set(text, [...(leftOut.get(text) ?? []), name]);
}

/** Node 20 also reports each file as a test. */
function isFile({ name, nesting }) {
  return nesting === 0 && files.includes(name);
}

function describe(error) {
  const cause = error?.cause ?? error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause?.message ?? cause);
}

function indent(text) {
  return text.replace(/^/gm, "    ");
}
