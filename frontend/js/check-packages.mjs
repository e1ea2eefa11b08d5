// Run by trunk before a build: says which command is missing when the npm packages are not there.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const frontend = join(dirname(fileURLToPath(import.meta.url)), "..");
if (!existsSync(join(frontend, "node_modules/uplot/dist/uPlot.iife.min.js"))) {
  console.error("the page's npm packages are not installed: run `npm ci --prefix frontend`, then again");
  process.exit(1);
}
