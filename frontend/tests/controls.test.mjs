// Every control does what it says, by pointer and by key.
import assert from "node:assert/strict";
import { test, trained } from "./support.mjs";

async function opened(scene, query, options) {
  const relay = await scene.relay();
  const desk = await scene.open(`${relay.url}/?${query}`, options);
  await desk.ready();
  return desk;
}

const weights = async (desk) => JSON.parse((await desk.save("save-model")).text).coef[0];

test("resetting the model keeps the stream, a new seed begins it again", async (scene) => {
  const desk = await opened(scene, "seed=5&batch=100");
  await desk.stepTo(3);
  const before = await weights(desk);
  await desk.at("reset-model").click();
  await desk.stepTo(4);
  assert.equal(await desk.number("records"), 400, "the stream went on");
  assert.notDeepEqual(await weights(desk), before);
  assert.match(await desk.page.locator(".over").innerHTML(), /model reset after batch 3/);
  await desk.at("new-seed").click();
  await desk.until("the run begins anew", async () => (await desk.number("records")) === 0);
  await desk.stepTo(3);
  const model = JSON.parse((await desk.save("save-model")).text);
  assert.notEqual(model.settings.model.random_state, 42);
  const wanted = trained(scene, ["--simulate", "5", "--batch-records", "100", "--max-batches", "3", "--random-state", String(model.settings.model.random_state)]);
  assert.deepEqual(model.coef, JSON.parse(wanted.text).coef);
});

test("new data keeps the model and the count", async (scene) => {
  const desk = await opened(scene, "seed=5&batch=100");
  await desk.stepTo(2);
  await desk.at("new-data").click();
  await desk.stepTo(4);
  assert.equal(await desk.number("records"), 400);
  const same = trained(scene, ["--simulate", "5", "--batch-records", "100", "--max-batches", "4"]);
  assert.notDeepEqual(await weights(desk), JSON.parse(same.text).coef[0], "the records are others");
});

test("settings begin a new run whose model the native program repeats", async (scene) => {
  const desk = await opened(scene, "seed=5&batch=100");
  await desk.stepTo(1);
  await desk.at("settings").click();
  await desk.at("set-seed").fill("9");
  await desk.at("set-penalty").selectOption("elasticnet");
  await desk.at("set-learning_rate").selectOption("invscaling");
  await desk.at("set-eta0").fill("0.05");
  await desk.at("set-alpha").fill("0.002");
  await desk.at("set-average").fill("true");
  await desk.at("set-random_state").fill("7");
  await desk.at("apply").click();
  await desk.until("the run begins anew", async () => (await desk.number("records")) === 0);
  await desk.stepTo(5);
  const model = await desk.save("save-model");
  const flags = ["--penalty", "elasticnet", "--learning-rate", "invscaling", "--eta0", "0.05", "--alpha", "0.002", "--average", "true", "--random-state", "7"];
  const wanted = trained(scene, ["--simulate", "9", "--batch-records", "100", "--max-batches", "5", ...flags]);
  assert.equal(model.text, wanted.text);
});

test("the trigger is every so many records, every so many seconds, or every record", async (scene) => {
  const desk = await opened(scene, "seed=5&rate=1000");
  await desk.at("trigger-number").fill("40");
  await desk.at("trigger-number").press("Enter");
  await desk.at("step-batch").click();
  await desk.untilNumber("records", 40);
  assert.equal(await desk.number("records"), 40);
  await desk.at("trigger-number").fill("0");
  await desk.at("trigger-number").press("Enter");
  await desk.until("a batch of nothing is refused", async () => (await desk.at("trigger-number").getAttribute("aria-invalid")) === "true");
  await desk.at("trigger").selectOption("record");
  await desk.at("step-batch").click();
  await desk.untilNumber("batches", 2);
  assert.equal(await desk.number("records"), 41);
  await desk.at("trigger").selectOption("seconds");
  await desk.at("trigger-number").fill("1");
  await desk.at("trigger-number").press("Enter");
  await desk.at("start").click();
  await desk.untilNumber("batches", 4);
  const perBatch = ((await desk.number("records")) - 41) / ((await desk.number("batches")) - 2);
  assert.ok(perBatch > 100 && perBatch < 2000, `about a second's records a batch: ${perBatch}`);
  await desk.at("start").click();
  await desk.until("the run is paused", async () => /paused/.test(await desk.text("source-state")));
  const before = await desk.settled("batches");
  await desk.at("step-batch").click();
  await desk.untilNumber("batches", before + 1);
  // Two more seconds would be two more batches, if the clock did not end the step.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  assert.equal(await desk.number("batches"), before + 1);
});

test("the files have the lab's names and hold the run", async (scene) => {
  const desk = await opened(scene, "seed=5&batch=100");
  await desk.at("saves").click();
  assert.equal(await desk.at("save-model").isDisabled(), true, "nothing to save yet");
  await desk.page.keyboard.press("Escape");
  await desk.stepTo(3);
  const metrics = await desk.save("save-metrics");
  assert.equal(metrics.name, "batch_2_metrics.json");
  const figures = JSON.parse(metrics.text);
  assert.deepEqual([figures.batch_id, figures.model_id, figures.records, figures.bad_records], [2, 3, 100, 0]);
  assert.equal((await desk.save("save-model")).name, "model_3_batch_2.json");
  const classifier = await desk.save("save-joblib");
  assert.equal(classifier.name, "model_3_batch_2.joblib");
  assert.match(classifier.text, /sklearn\.linear_model\._stochastic_gradient.*SGDClassifier.*_sklearn_version.*1\.7\.2/s);
  const encoder = await desk.save("save-encoder");
  assert.equal(encoder.name, "encoder_3_batch_2.joblib");
  assert.match(encoder.text, /ColumnTransformer.*OneHotEncoder.*StandardScaler.*loan_percent_income/s);
  const table = await desk.save("save-all-metrics");
  assert.equal(table.name, "metrics.csv");
  const rows = table.text.trim().split("\n").map((row) => row.split(","));
  assert.equal(rows.length, 4);
  assert.equal(Number(rows[3][rows[0].indexOf("accuracy")]), figures.accuracy);
  assert.equal(Number(rows[3][rows[0].indexOf("test_then_train_accuracy")]), figures.test_then_train_accuracy);
});

test("every action has a key", async (scene) => {
  const desk = await opened(scene, "seed=5&batch=100&rate=1000");
  const { keyboard } = desk.page;
  await keyboard.press(".");
  await desk.until("one record waits", async () => /batch 1: 1 of 100/.test(await desk.text("station-0")));
  await keyboard.press("ArrowRight");
  await desk.untilNumber("batches", 1);
  assert.equal(await desk.number("records"), 100);
  await keyboard.press(" ");
  await desk.untilNumber("batches", 3);
  await keyboard.press(" ");
  await desk.until("the run is paused", async () => /paused/.test(await desk.text("source-state")));
  await keyboard.press("?");
  await desk.at("help-panel").waitFor();
  await keyboard.press("Escape");
  await desk.until("the help is closed", async () => (await desk.at("help-panel").count()) === 0);
  const reached = new Set();
  for (let presses = 0; presses < 40; presses += 1) {
    await keyboard.press("Tab");
    reached.add(await desk.page.evaluate(() => document.activeElement?.dataset?.testid));
  }
  for (const id of ["start", "step-record", "step-batch", "speed", "trigger-number", "trigger", "reset-model", "new-data", "new-seed", "settings", "saves", "theme", "help", "look", "tab-counts"]) {
    assert.ok(reached.has(id), `${id} is reached by Tab`);
  }
});

test("hover tells exact numbers, a drag enlarges, and the stream is followed", async (scene) => {
  const desk = await opened(scene, "seed=5&batch=100&rate=max");
  await desk.stepTo(20);
  const area = await desk.page.locator(".u-over").boundingBox();
  const at = (part) => [area.x + area.width * part, area.y + 60];
  await desk.page.mouse.move(...at(0.5));
  await desk.at("tip").waitFor();
  const rows = (await desk.save("save-all-metrics")).text.trim().split("\n").map((row) => row.split(","));
  await desk.page.mouse.move(...at(0.52));
  const tip = await desk.at("tip").innerText();
  const batch = Number(/batch\s+(\d+)/.exec(tip)[1]);
  assert.ok(batch >= 9 && batch <= 12, tip);
  const exact = Number(rows[batch][rows[0].indexOf("window_accuracy")]).toFixed(3);
  assert.ok(tip.includes(exact), `${exact} in ${tip}`);
  await desk.page.mouse.move(...at(0.25));
  await desk.page.mouse.down();
  await desk.page.mouse.move(...at(0.75), { steps: 8 });
  await desk.page.mouse.up();
  await desk.at("whole-run").waitFor();
  await desk.stepTo(22);
  await desk.page.mouse.dblclick(...at(0.5));
  await desk.until("the whole run is shown", async () => (await desk.at("whole-run").count()) === 0);
  assert.match(await desk.page.locator(".over").innerHTML(), /batch 22, newest/);
  await desk.at("look").focus();
  await desk.page.keyboard.press("Home");
  await desk.until("the first batch is told", async () => /^batch 1:/.test(await desk.at("look").getAttribute("aria-valuetext")));
  assert.match(await desk.at("tip").innerText(), /batch\s+1\b/);
  await desk.page.keyboard.press("+");
  await desk.at("whole-run").waitFor();
});

test("a summary is spoken, at most every five seconds", async (scene) => {
  const desk = await opened(scene, "seed=5&batch=10&rate=1000&autostart=1");
  await desk.page.evaluate(() => {
    window.heard = [];
    const place = document.querySelector("[data-testid=spoken]");
    new MutationObserver(() => window.heard.push([performance.now(), place.textContent])).observe(place, { childList: true, characterData: true, subtree: true });
  });
  await desk.until("two summaries were spoken", () => desk.page.evaluate(() => window.heard.length >= 2));
  const heard = await desk.page.evaluate(() => window.heard);
  assert.match(heard[0][1], /accuracy 0\.\d{3} before learning/);
  assert.ok(heard[1][0] - heard[0][0] > 4000, JSON.stringify(heard));
});
