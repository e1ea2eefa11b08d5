// What the browser tests share: real processes, a real browser, and what is kept when a test fails.
import { spawn, spawnSync } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test as nodeTest } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const results = join(root, "test-results");

/** A path that the test command hands over, or the usual place of a build by hand. */
function given(name, usual) {
  return process.env[name] || usual;
}

export const gradually = given("GRADUALLY_BIN", join(root, "target/release/gradually"));
export const xtask = given("GRADUALLY_XTASK", join(root, "target/debug/xtask"));
export const page = given("GRADUALLY_PAGE", join(root, "dist"));
const browserPath = given("GRADUALLY_CHROMIUM", "/usr/bin/chromium");
const FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split(" ");

/** How long a condition may take to come about on a busy machine. */
export const PATIENCE = 60_000;

/** A test with a browser of its own context; on failure its pages and logs are kept. */
export function test(name, run) {
  nodeTest(name, { timeout: 240_000 }, async (t) => {
    const scene = new Scene(name);
    try {
      await run(scene, t);
      scene.checkErrors();
    } catch (error) {
      await scene.keep();
      throw error;
    } finally {
      await scene.end();
    }
  });
}

/** Everything that a test starts, ended with it. */
class Scene {
  constructor(name) {
    this.name = name.replace(/[^a-z0-9]+/gi, "-").slice(0, 80);
    this.folder = mkdtempSync(join(tmpdir(), "gradually-page-"));
    this.processes = [];
    this.pages = [];
    this.errors = [];
    this.allowed = [];
  }

  async open(url, options = {}) {
    this.browser ??= await chromium.launch({ executablePath: browserPath, args: FLAGS });
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...options });
    const opened = await context.newPage();
    opened.setDefaultTimeout(PATIENCE);
    opened.on("console", (message) => message.type() === "error" && this.errors.push(message.text()));
    opened.on("pageerror", (error) => this.errors.push(String(error)));
    this.pages.push(opened);
    await options.prepare?.(opened);
    await opened.goto(url);
    return new Desk(opened);
  }

  /** Console errors that this test brings about on purpose. */
  allow(pattern) {
    this.allowed.push(pattern);
  }

  checkErrors() {
    const unexpected = this.errors.filter((text) => !this.allowed.some((pattern) => pattern.test(text)));
    if (unexpected.length) throw new Error(`errors in the browser's console:\n${unexpected.join("\n")}`);
  }

  /** A process that says on stdout or stderr when it is ready. */
  async start(command, args, ready, options = {}) {
    const number = this.processes.length;
    const child = spawn(command, args, { cwd: options.cwd ?? root, env: { ...process.env, ...options.env }, detached: true });
    const log = createWriteStream(join(this.folder, `process-${number}.log`));
    const started = new Promise((resolve, reject) => {
      let text = "";
      const hear = (chunk) => {
        log.write(chunk);
        text = (text + chunk).slice(-20_000);
        const found = ready.exec(text);
        if (found) resolve(found);
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.on("error", reject);
      child.on("exit", (code, signal) => reject(new Error(`${command} ${args.join(" ")} ended with ${code ?? signal}:\n${text}`)));
    });
    this.processes.push(child);
    child.exited = new Promise((resolve) => child.once("exit", resolve));
    const limit = new Promise((_, reject) => setTimeout(() => reject(new Error(`${command} ${args.join(" ")} was not ready in time`)), 180_000).unref());
    child.found = await Promise.race([started, limit]);
    return child;
  }

  /** A relay that serves the page; `port` 0 lets the system choose. */
  async relay(args = [], port = 0) {
    const all = ["serve", "--listen", `127.0.0.1:${port}`, "--page", page, ...args];
    const child = await this.start(gradually, all, /listening on (http:\/\/127\.0\.0\.1:(\d+))/);
    return { child, url: child.found[1], port: Number(child.found[2]), ws: child.found[1].replace("http", "ws") };
  }

  /** A Kafka broker whose data outlives it. */
  async kafka(topics = [], port = 0, dir = join(this.folder, "kafka")) {
    mkdirSync(dir, { recursive: true });
    const chosen = port || (await freePort());
    const args = ["kafka", "--port", String(chosen), "--dir", dir, ...topics.flatMap((topic) => ["--topic", topic])];
    const child = await this.start(xtask, args, /READY (127\.0\.0\.1:\d+)/);
    return { child, address: child.found[1], port: chosen, dir };
  }

  /** The page as trunk serves it, with no relay behind it. */
  async trunk() {
    const port = await freePort();
    const args = ["trunk", "--", "serve", "--port", String(port), "--no-autoreload=true", "--dist", join(this.folder, "dist")];
    await this.start(xtask, args, /server listening at|success/i, { env: { CARGO_TERM_COLOR: "never" } });
    const url = `http://127.0.0.1:${port}/`;
    for (let tries = 0; !(await fetch(url).catch(() => null))?.ok; tries += 1) {
      if (tries > 1200) throw new Error("trunk does not serve the page");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return { url };
  }

  async keep() {
    const place = join(results, this.name);
    mkdirSync(place, { recursive: true });
    for (const [number, opened] of this.pages.entries()) {
      await opened.screenshot({ path: join(place, `page-${number}.png`) }).catch(() => {});
      const text = await opened.locator("body").innerText({ timeout: 2000 }).catch(() => "");
      writeFileSync(join(place, `page-${number}.txt`), text);
    }
    writeFileSync(join(place, "console.txt"), this.errors.join("\n"));
    for (const file of readdirSync(this.folder).filter((file) => file.endsWith(".log"))) {
      writeFileSync(join(place, file), readFileSync(join(this.folder, file)));
    }
  }

  async end() {
    await this.browser?.close().catch(() => {});
    for (const child of this.processes) await stop(child, "SIGTERM");
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Ends a process and all that it started. */
export async function stop(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const to = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // It has just ended by itself.
    }
  };
  to(signal);
  const hard = setTimeout(() => to("SIGKILL"), 15_000);
  await child.exited;
  clearTimeout(hard);
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Runs the native program to its end. */
export function native(args, options = {}) {
  const done = spawnSync(gradually, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (done.status !== 0) throw new Error(`gradually ${args.join(" ")} ended with ${done.status}:\n${done.stderr}`);
  return done;
}

/** Trains natively and gives the last model's file. */
export function trained(scene, args) {
  const out = join(scene.folder, `run-${Math.random().toString(36).slice(2)}`);
  native(["train", ...args, "--save", "json", "--out", out]);
  const models = readdirSync(join(out, "models"));
  const last = models.sort((a, b) => Number(a.split("_")[1]) - Number(b.split("_")[1])).at(-1);
  return { name: last, count: models.length, text: readFileSync(join(out, "models", last), "utf8"), out };
}

/** The bytes of a number's representation in a file, so that no parser can hide a difference. */
export function numbers(modelText) {
  const field = (name) => {
    const found = new RegExp(`"${name}"\\s*:\\s*(\\[[^a-z"]*?\\]\\s*\\]|\\[[^\\[\\]]*\\]|[-+.eE\\d]+)`).exec(modelText);
    if (!found) throw new Error(`no "${name}" in the model`);
    return found[1].replace(/\s+/g, "");
  };
  return { coef: field("coef"), intercept: field("intercept"), t: field("t") };
}

/** The page as a person at a desk uses it. */
export class Desk {
  constructor(opened) {
    this.page = opened;
  }

  at(id) {
    return this.page.getByTestId(id);
  }

  async text(id) {
    return (await this.at(id).textContent()).trim();
  }

  async number(id) {
    const text = (await this.text(id)).replace(/[\u202f\s]/g, "");
    return text === "–" ? null : Number(text);
  }

  async ready() {
    await this.page.waitForSelector("[data-testid=start]:not([disabled])");
  }

  /** Waits until something on the page is so. */
  async until(what, check, patience = PATIENCE) {
    const end = Date.now() + patience;
    let last;
    for (;;) {
      last = await check();
      if (last) return last;
      if (Date.now() > end) throw new Error(`in ${patience / 1000} s it did not come about that ${what}`);
      await this.page.waitForTimeout(50);
    }
  }

  async untilNumber(id, least, patience) {
    return this.until(`${id} is ${least} or more`, async () => (await this.number(id)) >= least, patience);
  }

  async untilState(state, patience) {
    return this.until(`the source is ${state}`, async () => (await this.at("source").getAttribute("data-state")) === state, patience);
  }

  /** A number that has stopped to change: reports that were under way have arrived. */
  async settled(id) {
    let before;
    await this.until(`${id} stands still`, async () => {
      const now = await this.number(id);
      const stands = now === before;
      before = now;
      await this.page.waitForTimeout(400);
      return stands;
    });
    return before;
  }

  async points() {
    return Number(await this.at("chart").getAttribute("data-points"));
  }

  /** Saves a file from the menu. */
  async save(id) {
    await this.at("saves").click();
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.at(id).click()]);
    const bytes = readFileSync(await download.path());
    return { name: download.suggestedFilename(), bytes, text: bytes.toString("utf8") };
  }

  /** Steps batch by batch up to a number of batches. */
  async stepTo(batches) {
    for (let have = await this.number("batches"); have < batches; have += 1) {
      await this.at("step-batch").click();
      await this.untilNumber("batches", have + 1);
    }
  }
}
