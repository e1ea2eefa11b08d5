// How the page looks and whom it serves: sizes, themes, contrast, names, and that it never stutters.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

async function opened(scene, query, options) {
  scene.served ??= await scene.relay();
  const desk = await scene.open(`${scene.served.url}/?seed=3&${query}`, options);
  await desk.ready();
  return desk;
}

async function checkAccessible(desk, what) {
  await desk.page.evaluate(axe);
  const { violations } = await desk.page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
  );
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n  ")}`);
  assert.deepEqual(told, [], what);
}

const sizes = (desk) =>
  desk.page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight, innerWidth, innerHeight]);

for (const colorScheme of ["light", "dark"]) {
  test(`nothing scrolls at 1280 by 800 and axe finds nothing: ${colorScheme}`, async (scene) => {
    const desk = await opened(scene, "batch=100", { colorScheme });
    for (const batches of [0, 8]) {
      await desk.stepTo(batches);
      const [width, height, innerWidth, innerHeight] = await sizes(desk);
      assert.ok(width <= innerWidth && height <= innerHeight, `${width} × ${height} after ${batches} batches`);
      await checkAccessible(desk, `after ${batches} batches`);
    }
    const paper = await desk.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    assert.equal(paper, colorScheme === "dark" ? "rgb(16, 22, 28)" : "rgb(255, 255, 255)");
    await desk.at("tab-bad").click();
    await checkAccessible(desk, "bad records");
    await desk.at("saves").click();
    await checkAccessible(desk, "files");
    await desk.page.keyboard.press("Escape");
    for (const side of ["settings", "help"]) {
      await desk.at(side).click();
      await checkAccessible(desk, side);
      await desk.page.keyboard.press("Escape");
    }
  });
}

test("a phone shows it without sideways scrolling, and axe finds nothing", async (scene) => {
  const desk = await opened(scene, "batch=100", PHONE);
  for (const batches of [0, 6]) {
    await desk.stepTo(batches);
    const [width, , innerWidth] = await sizes(desk);
    assert.ok(width <= innerWidth, `${width} wide after ${batches} batches`);
    await checkAccessible(desk, `after ${batches} batches`);
  }
  const small = await desk.page.evaluate(() =>
    [...document.querySelectorAll("button")].filter((button) => button.checkVisibility()).map((button) => [button.textContent, button.getBoundingClientRect()]).filter(([, place]) => place.height < 43.5 || place.width < 40).map(([text]) => text),
  );
  assert.deepEqual(small, [], "buttons large enough for a thumb");
});

test("the theme switch is remembered", async (scene) => {
  const desk = await opened(scene, "batch=100", { colorScheme: "light" });
  await desk.at("theme").click();
  await desk.at("theme").click();
  const paper = () => desk.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  assert.equal(await paper(), "rgb(16, 22, 28)");
  await desk.page.reload();
  await desk.ready();
  assert.equal(await paper(), "rgb(16, 22, 28)");
  assert.match(await desk.at("theme").getAttribute("aria-label"), /dark/);
});

test("with reduced motion nothing moves by itself", async (scene) => {
  const desk = await opened(scene, "batch=100&rate=1000&autostart=1", { reducedMotion: "reduce" });
  await desk.untilNumber("batches", 2);
  const moving = await desk.page.evaluate(() => document.getAnimations().filter((animation) => animation.playState === "running").length);
  assert.equal(moving, 0);
});

test("a browser without SIMD is told so in a sentence", async (scene) => {
  scene.allow(/./);
  const prepare = (page) => page.addInitScript(() => (WebAssembly.validate = () => false));
  scene.served = await scene.relay();
  const desk = await scene.open(scene.served.url, { prepare });
  assert.match(await desk.page.locator("#cannot-start").innerText(), /no SIMD/);
});

test("the whole run stays bounded and counted while the worker is at its fastest", async (scene) => {
  const desk = await opened(scene, "batch=1&rate=max&autostart=1");
  await desk.untilNumber("batches", 20_000);
  assert.ok((await desk.points()) <= 4096);
  await desk.at("start").click();
  await desk.until("the run is paused", async () => /paused/.test(await desk.text("source-state")));
  // Reports that were under way when it paused still arrive.
  const batches = await desk.settled("batches");
  assert.equal(batches, await desk.number("records"));
});
