// Figures of the page, printed and not asserted: how fast the worker trains, how much a first visit
// loads, and how soon the first point is there.
import { brotliCompressSync, gzipSync } from "node:zlib";
import { spawn } from "node:child_process";
import { chromium } from "playwright-core";
import { gradually, page as folder, stop } from "./support.mjs";

const FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split(" ");
const SECONDS = 10;

const relay = spawn(gradually, ["serve", "--listen", "127.0.0.1:0", "--page", folder], { detached: true });
relay.exited = new Promise((resolve) => relay.once("exit", resolve));
const url = await new Promise((resolve, reject) => {
  let text = "";
  relay.stderr.on("data", (chunk) => {
    text += chunk;
    const found = /listening on (http:\S+)/.exec(text);
    if (found) resolve(found[1]);
  });
  relay.on("exit", () => reject(new Error(text)));
});
const browser = await chromium.launch({ executablePath: process.env.GRADUALLY_CHROMIUM || "/usr/bin/chromium", args: FLAGS });

/** All that a first visit loads, each file once. */
async function loaded() {
  const context = await browser.newContext();
  const page = await context.newPage();
  const files = new Map();
  const waiting = [];
  const note = (response) => waiting.push(response.body().then((body) => files.set(response.url(), body), () => {}));
  context.on("response", note);
  await page.goto(`${url}/?seed=1&rate=1000&autostart=1`);
  await page.waitForFunction(() => Number(document.querySelector("[data-testid=batches]")?.textContent) > 0);
  await Promise.all(waiting);
  // The worker's own requests are fetched again here: the driver does not see a module worker's body.
  for (const file of ["worker_loader.js", "worker.js", "worker_bg.wasm"]) {
    files.set(`${url}/${file}`, Buffer.from(await (await fetch(`${url}/${file}`)).arrayBuffer()));
  }
  await context.close();
  const sum = (size) => [...files.values()].reduce((total, body) => total + size(body), 0);
  return { files, plain: sum((body) => body.length), brotli: sum((body) => brotliCompressSync(body).length), gzip: sum((body) => gzipSync(body, { level: 9 }).length) };
}

async function firstPoint() {
  const context = await browser.newContext();
  const page = await context.newPage();
  const began = performance.now();
  await page.goto(`${url}/?seed=1&rate=max&autostart=1`);
  await page.waitForFunction(() => Number(document.querySelector("[data-testid=chart]")?.dataset.points) > 0, null, { polling: 10 });
  const seconds = (performance.now() - began) / 1000;
  await context.close();
  return seconds;
}

async function rate(batch) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${url}/?seed=1&rate=max&autostart=1&batch=${batch}`);
  const records = () => page.evaluate(() => Number(document.querySelector("[data-testid=records]").textContent.replace(/\D/g, "")));
  await page.waitForFunction(() => Number(document.querySelector("[data-testid=batches]")?.textContent.replace(/\D/g, "")) > 10);
  const longest = page.evaluate((millis) => new Promise((resolve) => {
    const tasks = [];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ entryTypes: ["longtask"] });
    setTimeout(() => resolve(tasks), millis);
  }), SECONDS * 1000);
  const [before, began] = [await records(), performance.now()];
  const tasks = await longest;
  const seconds = (performance.now() - began) / 1000;
  const result = { perSecond: ((await records()) - before) / seconds, longTasks: tasks.length, longest: Math.max(0, ...tasks) };
  await context.close();
  return result;
}

try {
  const { files, plain, brotli, gzip } = await loaded();
  for (const [name, body] of [...files].sort((a, b) => b[1].length - a[1].length).slice(0, 5)) {
    console.log(`  ${new URL(name).pathname}: ${body.length} bytes, brotli ${brotliCompressSync(body).length}`);
  }
  console.log(`first visit: ${files.size} files, ${plain} bytes, brotli ${(brotli / 1000).toFixed(1)} KB, gzip ${(gzip / 1000).toFixed(1)} KB`);
  const times = [await firstPoint(), await firstPoint(), await firstPoint()].sort((a, b) => a - b);
  console.log(`opening to first point: ${times[1].toFixed(2)} s (median of 3)`);
  for (const batch of [300, 1]) {
    const { perSecond, longTasks, longest } = await rate(batch);
    console.log(`worker at full speed, batches of ${batch}: ${Math.round(perSecond)} records/s; main thread: ${longTasks} tasks over 50 ms in ${SECONDS} s, longest ${Math.round(longest)} ms`);
  }
} finally {
  await browser.close();
  await stop(relay, "SIGTERM");
}
