// The simulated source trains in the page as the native program does, wherever the page comes from.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { numbers, root, test, trained } from "./support.mjs";

/** Trains at full speed for some batches, then compares the model with the native one. */
async function checkEqualToNative(scene, desk, seed, batch) {
  await desk.untilNumber("batches", 20);
  await desk.at("start").click();
  await desk.until("the run is paused", async () => /paused/.test(await desk.text("source-state")));
  const batches = await desk.settled("batches");
  const model = await desk.save("save-model");
  const wanted = trained(scene, ["--simulate", String(seed), "--batch-records", String(batch), "--max-batches", String(batches)]);
  assert.equal(model.name, wanted.name);
  assert.deepEqual(numbers(model.text), numbers(wanted.text));
  assert.equal(model.text, wanted.text, "the whole file is the same, byte for byte");
}

test("the page served by a relay trains on its simulated source as the native program", async (scene) => {
  const relay = await scene.relay();
  const desk = await scene.open(`${relay.url}/?seed=11&batch=250&rate=max&autostart=1`);
  await checkEqualToNative(scene, desk, 11, 250);
  // A page that a busy machine keeps from drawing is told of 1024 batches at a time; older ones are thinned.
  const [points, batches] = [await desk.points(), await desk.number("batches")];
  assert.ok(batches > 1024 ? points >= 1024 && points <= batches : points === batches, `${points} points of ${batches} batches`);
});

test("the page served by trunk alone trains on its simulated source as the native program", async (scene) => {
  const { url } = await scene.trunk();
  const desk = await scene.open(url);
  await desk.ready();
  assert.match(await desk.text("source-name"), /Simulated/);
  await desk.at("speed").fill("5");
  await desk.at("start").click();
  await checkEqualToNative(scene, desk, 42, 100);
});

for (const golden of ["batch_17", "batch_300"]) {
  test(`the real worker repeats scikit-learn's weights bit for bit: ${golden}`, async (scene) => {
    const lines = readFileSync(join(root, `shared/goldens/records/${golden}.txt`), "utf8").trim().split("\n");
    const head = JSON.parse(lines[0]);
    const batches = lines.slice(1).filter((line) => line.split(" ").length === 17).slice(0, 50);
    assert.equal(batches.length, 50);
    const relay = await scene.relay();
    const desk = await scene.open(`${relay.url}/?seed=${head.stream}&batch=${head.batch_records}&rate=max`);
    await desk.ready();
    for (const count of [1, 2, 50]) {
      await desk.stepTo(count);
      const model = JSON.parse((await desk.save("save-model")).text);
      const words = batches[count - 1].split(" ");
      const found = [model.t, ...model.intercept, ...model.coef[0]].map(bits);
      assert.deepEqual(found, words.slice(2, 17).slice(0, found.length), `after batch ${count}`);
    }
  });
}

function bits(value) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}
