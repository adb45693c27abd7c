import { defineConfig } from "vitest/config";

/** They put other functions into Node's modules or into the globals: each has a process of its own. */
const alone = ["test/faults/file-errors.test.ts", "test/faults/fuzz.test.ts"];

/** Long ones begin first: a project's files run after those of the one before it in the alphabet. */
const projects = [
  { name: "alone", include: alone },
  { name: "programs", include: ["test/**/*.test.ts"], exclude: alone },
  { name: "units", include: ["src/**/*.test.ts"] },
];

export default defineConfig({
  define: { EMEND_VERSION: JSON.stringify("0.0.0-test") },
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // Reading the sources and their tables anew for each file takes longer than most files' tests.
    projects: projects.map((test) => ({ extends: true, test: { ...test, isolate: test.name === "alone" } })),
  },
});
