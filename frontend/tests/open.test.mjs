// What the page opens: saved models that go on, logs that are replayed, and files that are neither.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { native, root, test, trained } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function opened(scene, query, options) {
  scene.served ??= await scene.relay();
  const desk = await scene.open(`${scene.served.url}/?${query}`, options);
  await desk.ready();
  return desk;
}

/** Chooses files as a person does in the browser's own window. */
async function choose(desk, ...files) {
  await desk.at("open-files").setInputFiles(files.map(({ name, bytes }) => ({ name, mimeType: "", buffer: Buffer.from(bytes) })));
}

async function batches(desk, number) {
  await desk.until(`there are ${number} batches`, async () => (await desk.number("batches")) === number);
}

async function ended(desk, state) {
  await desk.until(`the replay is ${state}`, async () => (await desk.at("replay").getAttribute("data-state")) === state);
  return desk.text("replay-end");
}

/** The log with the hash of the state of one batch changed. */
function changed(log, batch) {
  const lines = log.split("\n");
  lines[batch] = lines[batch].replace(/"state":"(.)/, (_, digit) => `"state":"${digit === "0" ? "1" : "0"}`);
  return lines.join("\n");
}

async function checkLook(desk) {
  await desk.page.evaluate(axe);
  const { violations } = await desk.page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html)}`), []);
  const [width, inner] = await desk.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.equal(width, inner, "nothing sideways");
}

test("a saved model goes on to the same bits, and the native program replays its log", async (scene) => {
  const whole = await opened(scene, "seed=5&batch=40");
  await whole.stepTo(3);
  const model = await whole.save("save-model");
  await whole.stepTo(6);
  const desk = await opened(scene, "seed=5&batch=70");
  await desk.stepTo(1);
  await choose(desk, model);
  assert.match(await desk.text("found"), /Begin a run with model_3_batch_2\.json\?/);
  assert.match(await desk.text("found-words"), /learned from 3 batches.*batches of 40 records/);
  assert.match(await desk.text("found-source"), /seed 5\. The run that is open ends, after 70 records/);
  await desk.at("begin-next").click();
  await batches(desk, 3);
  assert.equal(await desk.number("records"), 0, "of this run");
  assert.equal(await desk.at("found").count(), 0);
  await desk.at("saves").click();
  assert.equal(await desk.at("save-model").isDisabled(), true, "nothing was learned in this run yet");
  await desk.page.keyboard.press("Escape");
  await desk.stepTo(6);
  const [found, wanted] = [await desk.save("save-model"), await whole.save("save-model")];
  assert.equal(found.name, "model_6_batch_5.json");
  assert.ok(found.bytes.equals(wanted.bytes), "the model of the run that was never saved");
  const start = await desk.save("save-start");
  assert.equal(start.name, "start.json");
  assert.ok(start.bytes.equals(model.bytes));
  const log = await desk.save("save-log");
  for (const file of [start, log]) writeFileSync(join(scene.folder, file.name), file.bytes);
  assert.match(native(["replay", join(scene.folder, "run.ndjson")]).stdout, /3 batches, 120 records: every state is the run's/);
  await choose(desk, log);
  assert.match(await desk.text("notices"), /began with the model start\.json.*choose both files together/);
  await desk.at("dismiss").click();
  await choose(desk, start, log);
  assert.match(await ended(desk, "equal"), /^All 3 batches are equal, to the bit: 120 records, loan stream, seed 5/);
});

test("a run that begins with a model is kept, and gone on with after the tab was closed", async (scene) => {
  const desk = await opened(scene, "seed=5&batch=40");
  await desk.stepTo(2);
  const model = await desk.save("save-model");
  await choose(desk, model);
  await desk.at("begin-first").click();
  await batches(desk, 2);
  await desk.stepTo(4);
  const before = await desk.save("save-model");
  await desk.page.waitForTimeout(1500);
  await desk.page.reload();
  await desk.ready();
  await desk.at("go-on").click();
  await batches(desk, 4);
  assert.ok((await desk.save("save-model")).bytes.equals(before.bytes));
  await desk.stepTo(5);
  const file = join(scene.folder, "start.json");
  writeFileSync(file, (await desk.save("save-start")).bytes);
  const native = trained(scene, ["--simulate", "5", "--model", file, "--from-start", "--max-batches", "3"]);
  assert.equal(native.text, (await desk.save("save-model")).text, "as gradually train --model --from-start has it");
});

test("a model of a topic goes on in the topic where it ended", async (scene) => {
  scene.served = await scene.relay(["--rate", "1000"]);
  const query = `relay=${scene.served.ws}&batch=50`;
  const whole = await opened(scene, query);
  await whole.stepTo(3);
  const model = await whole.save("save-model");
  await whole.stepTo(6);
  const desk = await opened(scene, query);
  await choose(desk, model);
  assert.match(await desk.text("found-source"), /Topic the relay’s first, from its earliest record/);
  await desk.at("begin-next").click();
  await batches(desk, 3);
  await desk.stepTo(6);
  assert.equal((await desk.save("save-model")).text, (await whole.save("save-model")).text);
  const [header] = (await desk.save("save-log")).text.split("\n");
  assert.deepEqual(JSON.parse(header).start.map(({ partition, offset }) => [partition, offset]), [[0, 150]]);
});

test("scikit-learn's own joblib goes on under the page's other settings", async (scene) => {
  const file = join(root, "shared/goldens/open/1.7/model_1_batch_0.joblib");
  const desk = await opened(scene, "seed=5&batch=100");
  await choose(desk, { name: "classifier.joblib", bytes: readFileSync(file) });
  assert.match(await desk.text("found-words"), /scikit-learn’s SGDClassifier \(scikit-learn 1\.7\.2\)/);
  await desk.at("begin-first").click();
  await desk.until("its weights are shown", async () => /Weights of the opened model/.test(await desk.text("weights")));
  await desk.stepTo(2);
  const model = await desk.save("save-model");
  const native = trained(scene, ["--simulate", "5", "--batch-records", "100", "--model", file, "--max-batches", "2"]);
  assert.equal(model.text, native.text, "as gradually train --model has it");
});

test("a log is replayed beside the run that goes on, and the first difference is told", async (scene) => {
  const desk = await opened(scene, "seed=8&batch=50");
  await desk.stepTo(4);
  const log = await desk.save("save-log");
  const model = await desk.save("save-model");
  await choose(desk, log);
  assert.match(await ended(desk, "equal"), /^All 4 batches are equal, to the bit: 200 records/);
  await choose(desk, { name: "run.ndjson", bytes: changed(log.text, 3) });
  assert.match(await ended(desk, "different"), /^Batch 3 differs; in the log its number is 2, counted from 0\. The 2 batches before it are equal/);
  const told = await desk.text("difference");
  assert.match(told, /batch 2, partition 0 offsets 100 to 149 \(50 records\): the same bytes led to another state/);
  assert.match(told, /partition 0 offset 100: \{"timestamp"/);
  assert.match(told, /person_income/);
  await checkLook(desk);
  await choose(desk, model, { name: "run.ndjson", bytes: changed(log.text, 4) });
  await desk.until("the weights are compared", async () => /Every weight is the run’s own/.test(await desk.text("difference")));
  await desk.stepTo(5);
  await desk.at("close-replay").click();
  await desk.until("it is put away", async () => (await desk.at("replay").count()) === 0);
});

test("a run over a file is replayed with that file, and everything of a run out of its archive", async (scene) => {
  const [made, out] = [join(scene.folder, "made"), join(scene.folder, "out")];
  native(["train", "--simulate", "3", "--batch-records", "230", "--max-batches", "1", "--save", "none", "--save-raw", "--out", made]);
  const records = join(made, "raw/batch_0.ndjson");
  native(["train", "--file", records, "--batch-records", "50", "--average", "true", "--save", "none", "--save-raw", "--out", out]);
  const file = (path) => ({ name: path.split("/").at(-1), bytes: readFileSync(path) });
  const log = file(join(out, "run.ndjson"));
  const desk = await opened(scene, "seed=8&batch=50");
  await choose(desk, { ...file(records), name: "whatever" }, log);
  assert.match(await ended(desk, "equal"), /^All 5 batches are equal, to the bit: 230 records, lines of whatever/);
  await desk.at("close-replay").click();
  const raw = [0, 1, 2, 3, 4].map((id) => file(join(out, `raw/batch_${id}.ndjson`)));
  await choose(desk, ...raw, log);
  assert.match(await ended(desk, "equal"), /raw records of its batches/);
  raw[3].bytes[raw[3].bytes.indexOf("income") + 9] ^= 1;
  await choose(desk, log, ...raw);
  assert.match(await ended(desk, "different"), /^Batch 4 differs/);
  assert.match(await desk.text("difference"), /The first record that differs, partition 0 offset 150: \{"timestamp"/);
  await desk.at("close-replay").click();
  await desk.stepTo(2);
  await choose(desk, await desk.save("save-everything"));
  assert.match(await ended(desk, "equal"), /^All 2 batches are equal, to the bit: 100 records, loan stream, seed 8/);
});

test("a long replay is stopped at any time, and the run goes on meanwhile", async (scene) => {
  const out = join(scene.folder, "long");
  native(["train", "--simulate", "3", "--batch-records", "100", "--max-batches", "20000", "--save", "none", "--out", out]);
  const desk = await opened(scene, "seed=8&batch=50&rate=1000");
  await desk.at("start").click();
  await choose(desk, { name: "run.ndjson", bytes: readFileSync(join(out, "run.ndjson")) });
  await desk.until("some batches are equal", async () => /^[1-9].* of 20\D?000 batches equal so far/.test(await desk.text("replay-progress")));
  const before = await desk.number("batches");
  await desk.untilNumber("batches", before + 2);
  await desk.at("stop-replay").click();
  assert.match(await ended(desk, "stopped"), /^Stopped after .* batches, all equal\.$/);
});

test("what cannot be opened is told, and the run is as it was", async (scene) => {
  const desk = await opened(scene, "seed=8&batch=50");
  await desk.stepTo(2);
  const [model, log] = [await desk.save("save-model"), await desk.save("save-log")];
  const before = model.bytes;
  const half = (bytes) => bytes.subarray(0, bytes.length / 2);
  const hostile = Buffer.from("\x80\x04\x8c\x02os\x8c\x06system\x93.", "latin1");
  const header = `${log.text.split("\n")[0]}\n`;
  const huge = log.text.replace('"last":99,"records":50', '"last":99999999999,"records":99999999950');
  for (const [name, bytes, words] of [
    ["half.json", half(before), /half\.json cannot be opened: not a model file: EOF/],
    ["evil.pkl", hostile, /evil\.pkl cannot be opened: byte 14: os\.system may not stand/],
    ["run.zip", "PK\x03\x04", /run\.zip cannot be opened: it is no whole archive/],
    ["notes.txt", "hello", /notes\.txt cannot be opened/],
    ["run.ndjson", header, /run\.ndjson cannot be replayed: it holds no whole batch/],
    ["run.ndjson", huge, /run\.ndjson cannot be replayed: line 3 of .*: batch 1 has 50 hashes of its 99999999950 records/],
    ["run.ndjson", log.text.replace('"simulated":{"seed":8,"stream":"loan"}', '"file":{"path":"loans.csv","has_header":true,"head_bytes":0,"head_hash":"0000000000000000"}'), /choose that file together with the log.*gradually replay run\.ndjson --file loans\.csv/],
  ]) {
    await choose(desk, { name, bytes });
    await desk.until(`${name} is told`, async () => (await desk.at("notices").count()) && words.test(await desk.text("notices")));
    await desk.at("dismiss").click();
    assert.equal(await desk.at("found").count(), 0);
  }
  assert.ok((await desk.save("save-model")).bytes.equals(before));
  await desk.stepTo(3);
});

test("a file is dropped on the page, found by keys alone, and fits a phone", async (scene) => {
  const desk = await opened(scene, "seed=8&batch=50");
  await desk.stepTo(1);
  const [model, log] = [await desk.save("save-model"), await desk.save("save-log")];
  const drag = (name) => desk.page.evaluate(([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "model.json"));
    document.body.dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));
  }, [name, model.text]);
  await drag("dragover");
  await desk.at("drop-here").waitFor();
  await drag("drop");
  await desk.at("found").waitFor();
  assert.equal(await desk.at("drop-here").count(), 0);
  await checkLook(desk);
  await desk.at("put-away").press("Enter");
  await desk.until("nothing is asked", async () => (await desk.at("found").count()) === 0);
  assert.equal(await desk.number("batches"), 1, "the run stays");
  const [chooser] = await Promise.all([desk.page.waitForEvent("filechooser"), desk.at("open").press("Enter")]);
  await chooser.setFiles([{ name: "model.json", mimeType: "", buffer: model.bytes }]);
  await desk.at("found").waitFor();
  await desk.page.setViewportSize({ width: 390, height: 844 });
  await checkLook(desk);
  await choose(desk, { name: "run.ndjson", bytes: changed(log.text, 1) });
  await ended(desk, "different");
  await checkLook(desk);
});

test("a model is saved for ONNX, SQL and Python, which predict as the page does", async (scene) => {
  const desk = await opened(scene, "seed=5&batch=100");
  await desk.stepTo(3);
  const files = [];
  for (const [id, name] of [["save-onnx", "model_3_batch_2.onnx"], ["save-sql", "model_3_batch_2.sql"], ["save-python", "model_3_batch_2.py"]]) {
    const file = await desk.save(id);
    assert.equal(file.name, name);
    files.push(file);
  }
  const out = join(scene.folder, "native");
  native(["train", "--simulate", "5", "--batch-records", "100", "--max-batches", "3", "--save", "onnx,sql,python", "--out", out]);
  for (const { name, bytes } of files) assert.ok(readFileSync(join(out, "models", name)).equals(bytes), `${name} is the native program's, which other programs run in the engine's tests`);
});

test("the opener is loaded when the first file comes, and a broken one leaves the run", async (scene) => {
  scene.allow(/opener|Failed to load|404/);
  const asked = [];
  const prepare = (page) => page.route("**/opener*", (route) => {
    asked.push(route.request().url());
    return route.fulfill({ status: 404, body: "" });
  });
  const desk = await opened(scene, "seed=8&batch=50", { prepare });
  await desk.stepTo(2);
  assert.deepEqual(asked, []);
  await choose(desk, await desk.save("save-model"));
  await desk.until("it is told", async () => (await desk.at("notices").count()) && /could not be opened: opener_loader\.js could not be loaded.*The run is as it was/.test(await desk.text("notices")));
  assert.ok(asked.length > 0);
  await desk.stepTo(3);
});
