// Runs that the browser keeps: a closed or killed tab, opened again, goes on at the next record.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Desk, native, PATIENCE, test } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Another tab of the browser that keeps what the first one kept. */
async function tab(scene, desk, url) {
  const opened = await desk.page.context().newPage();
  opened.setDefaultTimeout(PATIENCE);
  opened.on("console", (message) => message.type() === "error" && scene.errors.push(message.text()));
  opened.on("pageerror", (error) => scene.errors.push(String(error)));
  scene.pages.push(opened);
  await opened.goto(url);
  const next = new Desk(opened);
  await next.ready();
  return next;
}

/** Steps to so many batches, then takes some records that wait for the next one. */
async function ran(desk, batches, waiting) {
  await desk.stepTo(batches);
  for (let taken = 0; taken < waiting; taken += 1) await desk.at("step-record").click();
}

async function goOn(desk, batches) {
  await desk.at("go-on").click();
  await desk.until(`there are ${batches} batches`, async () => (await desk.number("batches")) === batches);
  assert.equal(await desk.at("offer").count(), 0);
}

/** The offer was answered, and the worker has had the time to do it. */
async function unasked(desk) {
  await desk.until("nothing is offered", async () => (await desk.at("offer").count()) === 0);
  await desk.page.waitForTimeout(500);
}

function replayed(scene, log, more = []) {
  const file = join(scene.folder, `run-${Math.random().toString(36).slice(2)}.ndjson`);
  writeFileSync(file, log);
  return native(["replay", file, ...more]).stdout;
}

const FILES = ["save-model", "save-metrics", "save-all-metrics", "save-chart-svg", "save-log"];

/** Every file is the one of a run that nothing happened to, byte by byte. */
async function checkSame(desk, whole) {
  for (const id of FILES) {
    const [found, wanted] = [await desk.save(id), await whole.save(id)];
    assert.equal(found.name, wanted.name);
    assert.ok(found.bytes.equals(wanted.bytes), `${id} of the run that was gone on with`);
  }
}

test("a closed tab opened again goes on at the next record, with every file of a run that was never closed", async (scene) => {
  const served = await scene.relay();
  const whole = await scene.open(`${served.url}/?seed=5&batch=40`);
  await whole.ready();
  assert.equal(await whole.at("offer").count(), 0, "nothing was kept");
  await ran(whole, 9, 0);
  const first = await scene.open(`${served.url}/?seed=5&batch=40`);
  await first.ready();
  await ran(first, 4, 3);
  await first.page.waitForTimeout(1500);
  await first.page.close();
  const again = await tab(scene, { page: { context: () => first.page.context() } }, `${served.url}/?seed=99&batch=70`);
  assert.match(await again.text("offer"), /Go on with the run of 4 batches, 160 records\?/);
  assert.match(await again.text("offer-words"), /just now.*seed 5.*batches of 40 records/);
  await goOn(again, 4);
  assert.equal(await again.points(), 4, "the chart has its history");
  assert.equal(new URL(again.page.url()).search, "?seed=5&batch=40&rate=100");
  await again.page.reload();
  await again.ready();
  await goOn(again, 4);
  await ran(again, 9, 0);
  await checkSame(again, whole);
  assert.match(replayed(scene, (await again.save("save-log")).bytes), /9 batches, 360 records: every state is the run's/);
});

test("a killed tab goes on with a topic where it was, and its log replays from the cluster", async (scene) => {
  const topic = "loan-applications";
  const broker = await scene.kafka([topic]);
  native(["produce", "--kafka", broker.address, "--topic", topic, "--count", "3000", "--seed", "3", "--rate", "0"]);
  const served = await scene.relay(["--kafka", broker.address, "--topic", topic]);
  const query = `?relay=${served.ws}&topic=${topic}&batch=100`;
  const whole = await scene.open(`${served.url}/${query}&rate=max&autostart=1`);
  await whole.untilNumber("batches", 30);
  const first = await scene.open(`${served.url}/${query}&rate=1000&autostart=1`);
  await first.untilNumber("batches", 12);
  const context = first.page.context();
  const crashed = new Promise((resolve) => first.page.once("crash", resolve));
  first.page.goto("chrome://crash").catch(() => {});
  await crashed;
  scene.pages.splice(scene.pages.indexOf(first.page), 1);
  const again = await tab(scene, { page: { context: () => context } }, `${served.url}/`);
  await again.until("a run is offered", () => again.at("offer").count());
  await again.at("go-on").click();
  await again.until("it is open", async () => (await again.number("batches")) > 0);
  const had = await again.number("batches");
  assert.ok(had <= 30, `${had}`);
  await again.at("start").click();
  await again.untilNumber("batches", 30);
  const [found, wanted] = [await again.save("save-model"), await whole.save("save-model")];
  assert.equal(found.name, wanted.name);
  assert.ok(found.bytes.equals(wanted.bytes), "the model of the run that was killed");
  const log = (await again.save("save-log")).bytes;
  const lines = log.toString().trimEnd().split("\n");
  assert.deepEqual(lines.slice(1), (await whole.save("save-log")).text.trimEnd().split("\n").slice(1));
  assert.match(replayed(scene, log, ["--kafka", broker.address, "--topic", topic]), /30 batches, 3000 records: every state is the run's/);
});

test("a run that is open in another tab is not offered, and one that is forgotten is gone", async (scene) => {
  const served = await scene.relay();
  const url = `${served.url}/?seed=1&batch=50`;
  const first = await scene.open(url);
  await first.ready();
  await first.stepTo(2);
  await first.page.waitForTimeout(1500);
  const second = await tab(scene, first, url);
  await second.page.waitForTimeout(3000);
  assert.equal(await second.at("offer").count(), 0, "it is open in the first tab");
  await second.stepTo(3);
  await second.page.waitForTimeout(1500);
  const context = first.page.context();
  await first.page.close();
  await second.page.close();
  const third = await tab(scene, { page: { context: () => context } }, url);
  assert.match(await third.text("offer"), /3 batches, 150 records/);
  for (const width of [1280, 390]) {
    await third.page.setViewportSize({ width, height: 800 });
    await third.page.evaluate(axe);
    const { violations } = await third.page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
    assert.deepEqual(violations.map(({ id, help }) => `${id}: ${help}`), []);
    assert.equal(await third.page.evaluate(() => document.documentElement.scrollWidth), width, "nothing sideways");
  }
  await third.page.setViewportSize({ width: 1280, height: 800 });
  await third.at("forget").click();
  await unasked(third);
  await third.page.reload();
  await third.ready();
  assert.match(await third.text("offer"), /2 batches, 100 records/);
  await third.at("begin-anew").click();
  await unasked(third);
  await third.stepTo(1);
});

test("without locks two tabs that go on with one run keep a run each", async (scene) => {
  const served = await scene.relay();
  const url = `${served.url}/?seed=1&batch=50`;
  const prepare = (page) => page.context().route("**/worker_loader.js", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: `delete WorkerNavigator.prototype.locks;\n${await answer.text()}` });
  });
  const first = await scene.open(url, { prepare });
  await first.ready();
  await first.stepTo(2);
  await first.page.waitForTimeout(1500);
  const second = await tab(scene, first, url);
  await goOn(second, 2);
  await second.stepTo(5);
  await first.stepTo(3);
  await first.page.waitForTimeout(1500);
  const third = await tab(scene, first, url);
  assert.match(await third.text("offer"), /3 batches, 150 records/, "the newest");
  await third.at("forget").click();
  await unasked(third);
  await third.page.reload();
  await third.ready();
  assert.match(await third.text("offer"), /5 batches, 250 records/);
});

test("a reset ends the log, which is told, and the run is kept with it", async (scene) => {
  const served = await scene.relay();
  const desk = await scene.open(`${served.url}/?seed=8&batch=50`);
  await desk.ready();
  await desk.stepTo(3);
  await desk.at("reset-model").click();
  await desk.stepTo(5);
  await desk.at("saves").click();
  assert.match(await desk.text("save-log"), /3 batches.*ends at “model reset”/);
  await desk.page.keyboard.press("Escape");
  const model = await desk.save("save-model");
  await desk.page.waitForTimeout(1500);
  await desk.page.reload();
  await desk.ready();
  await goOn(desk, 5);
  assert.ok((await desk.save("save-model")).bytes.equals(model.bytes));
  assert.match(replayed(scene, (await desk.save("save-log")).bytes), /3 batches, 150 records: every state is the run's/);
});

test("storage that is full is told once, and the run goes on", async (scene) => {
  const served = await scene.relay();
  const prepare = (page) => page.route("**/worker_loader.js", async (route) => {
    const answer = await route.fetch();
    const full = "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };\n";
    await route.fulfill({ response: answer, body: full + (await answer.text()) });
  });
  const desk = await scene.open(`${served.url}/?seed=8&batch=50`, { prepare });
  await desk.ready();
  await desk.stepTo(3);
  await desk.until("it is told", async () => /storage is full.*clearing the data of other sites/.test(await desk.text("notices")));
  assert.equal(await desk.page.locator("[data-testid=notices] li").count(), 1);
  await desk.at("start").click();
  await desk.untilNumber("batches", 6);
  assert.equal(await desk.page.locator("[data-testid=notices] li").count(), 1);
});
