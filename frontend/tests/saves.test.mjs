// What the page saves: each file's content, by readers that are not the page's own.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { native, test } from "./support.mjs";

async function opened(scene, query, options) {
  scene.served ??= await scene.relay();
  const desk = await scene.open(`${scene.served.url}/?${query}`, options);
  await desk.ready();
  return desk;
}

/** What another reader of XML makes of an SVG: the browser's, which says where it is no XML. */
function read(desk, text) {
  return desk.page.evaluate((text) => {
    const svg = new DOMParser().parseFromString(text, "application/xml");
    const all = (selector) => [...svg.querySelectorAll(selector)];
    const points = (curve) => all(`path.${curve}`)[0]?.getAttribute("d").match(/[ML]/g).length;
    return {
      root: svg.documentElement.nodeName,
      fault: svg.querySelector("parsererror")?.textContent,
      title: svg.querySelector("title")?.textContent,
      description: svg.querySelector("desc")?.textContent,
      texts: all("text").map((text) => text.textContent),
      tested: points("tested"),
      learned: points("learned"),
      colors: all("path.tested").concat(all("path.learned")).map((path) => path.getAttribute("stroke")),
      dashes: all("path.learned")[0]?.getAttribute("stroke-dasharray"),
      outside: all("image, use, script, foreignObject, style").length,
    };
  }, text);
}

/** The pixels of a picture at some places, by the browser's own decoder. */
function pixels(desk, bytes, places) {
  return desk.page.evaluate(
    async ([base64, places]) => {
      const blob = new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: "image/png" });
      const picture = await createImageBitmap(blob);
      const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
      canvas.drawImage(picture, 0, 0);
      const all = canvas.getImageData(0, 0, picture.width, picture.height).data;
      let inked = 0;
      for (let at = 0; at < all.length; at += 4) inked += all[at] < 128;
      return { inked, at: places.map(([x, y]) => [...canvas.getImageData(x, y, 1, 1).data]) };
    },
    [bytes.toString("base64"), places],
  );
}

/** The files of an archive, unpacked by Python's own reader after it has checked every sum. */
function unpacked(scene, bytes, folder) {
  const archive = join(scene.folder, `${folder}.zip`);
  const place = join(scene.folder, folder);
  writeFileSync(archive, bytes);
  mkdirSync(place);
  const script = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2]); print(*z.namelist(), sep='\\n')";
  const done = spawnSync("python3", ["-c", script, archive, place], { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return { place, names: done.stdout.trim().split("\n"), file: (name) => readFileSync(join(place, name)) };
}

test("the chart is an SVG that stands alone, with a point a batch, and a PNG of it", async (scene) => {
  const desk = await opened(scene, "seed=5&batch=100", { colorScheme: "dark" });
  await desk.at("saves").click();
  assert.equal(await desk.at("save-chart-svg").isDisabled(), true, "nothing to save yet");
  assert.equal(await desk.at("save-everything").isDisabled(), true);
  await desk.page.keyboard.press("Escape");
  await desk.stepTo(7);
  const file = await desk.save("save-chart-svg");
  assert.equal(file.name, "chart.svg");
  const svg = await read(desk, file.text);
  assert.deepEqual([svg.root, svg.fault, svg.outside], ["svg", undefined, 0]);
  assert.deepEqual([svg.tested, svg.learned], [7, 7]);
  assert.equal(svg.title, "Accuracy over 7 batches");
  const [head, ...rows] = (await desk.save("save-all-metrics")).text.trim().split("\n").map((row) => row.split(","));
  const exact = Number(rows.at(-1)[head.indexOf("window_accuracy")]).toFixed(3);
  assert.ok(svg.description.includes(`${exact} tested before learning`), svg.description);
  const words = svg.texts.join("\n");
  for (const part of ["Accuracy (share of records)", "Batch, in the order of the stream", `${exact}\u2002tested before learning`, "seed 5", "batches of 100 records", "loss log_loss", "alpha 0.0001"]) {
    assert.ok(words.includes(part), `${part} in ${words}`);
  }
  assert.deepEqual([...svg.colors, svg.dashes], ["#0a5fa8", "#b04a0a", "7 3.5"], "the light theme's, whatever the page has");
  const png = await desk.save("save-chart-png");
  assert.equal(png.name, "chart.png");
  assert.equal(png.bytes.subarray(0, 8).toString("latin1"), "\x89PNG\r\n\x1a\n");
  assert.deepEqual([png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)], [1920, 1080]);
  const seen = await pixels(desk, png.bytes, [[2, 2], [1917, 1077]]);
  assert.deepEqual(seen.at, [[255, 255, 255, 255], [255, 255, 255, 255]], "white paper to its corners");
  assert.ok(seen.inked > 10_000, `${seen.inked} pixels are drawn`);
});

test("a run is one archive whose files are the single ones, and its command makes the same model", async (scene) => {
  const desk = await opened(scene, "seed=5&batch=100");
  await desk.at("saves").click();
  await desk.at("keep-raw").check();
  await desk.page.keyboard.press("Escape");
  await desk.stepTo(3);
  const archive = await desk.save("save-everything");
  assert.equal(archive.name, "run_batch_2.zip");
  const { place, names, file } = unpacked(scene, archive.bytes, "run");
  const single = {
    "models/model_3_batch_2.json": "save-model",
    "models/model_3_batch_2.joblib": "save-joblib",
    "models/model_3_batch_2.onnx": "save-onnx",
    "models/model_3_batch_2.sql": "save-sql",
    "models/model_3_batch_2.py": "save-python",
    "encoders/encoder_3_batch_2.joblib": "save-encoder",
    "metrics/batch_2_metrics.json": "save-metrics",
    "metrics.csv": "save-all-metrics",
    "chart.svg": "save-chart-svg",
    "chart.png": "save-chart-png",
    "run.ndjson": "save-log",
  };
  const raw = [0, 1, 2].map((id) => `raw/batch_${id}.ndjson`);
  assert.deepEqual(names.toSorted(), ["README.md", "settings.json", ...Object.keys(single), ...raw].toSorted());
  for (const [name, id] of Object.entries(single)) {
    assert.ok(file(name).equals((await desk.save(id)).bytes), `${name} is what ${id} gives`);
  }
  const all = await desk.save("save-raw");
  assert.equal(all.name, "batches_0_to_2.ndjson");
  assert.ok(Buffer.concat(raw.map(file)).equals(all.bytes));
  assert.ok(archive.bytes.equals((await desk.save("save-everything")).bytes), "the same run, the same bytes");
  const settings = JSON.parse(file("settings.json"));
  assert.deepEqual([settings.source, settings.batches, settings.records], [{ kind: "simulated", seed: 5 }, 3, 300]);
  const readme = file("README.md").toString();
  for (const name of names.filter((name) => !/^raw|README/.test(name))) assert.ok(readme.includes(`\`${name}\``), name);
  const [, command] = /```sh\ngradually (.*)\n```/.exec(readme);
  native(command.replace("--out run", `--out ${join(place, "again")}`).split(" "));
  assert.ok(readFileSync(join(place, "again/models/model_3_batch_2.json")).equals(file("models/model_3_batch_2.json")), command);
});

test("raw records are kept on request, as the stream has them, and train the same model", async (scene) => {
  const desk = await opened(scene, "seed=9&batch=50");
  await desk.stepTo(1);
  await desk.at("saves").click();
  assert.equal(await desk.at("save-raw").isDisabled(), true);
  assert.equal(await desk.at("keep-raw").isChecked(), false);
  await desk.page.keyboard.press("Escape");
  await desk.at("new-seed").click();
  await desk.until("the run begins anew", async () => (await desk.number("records")) === 0);
  await desk.at("saves").click();
  await desk.at("keep-raw").press("Space");
  await desk.page.keyboard.press("Escape");
  await desk.stepTo(2);
  const raw = await desk.save("save-raw");
  assert.equal(raw.name, "batches_0_to_1.ndjson");
  const lines = raw.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(lines.length, 100);
  assert.ok(lines.every((record) => "loan_intent" in record && [0, 1].includes(record.label)));
  const model = await desk.save("save-model");
  const file = join(scene.folder, raw.name);
  writeFileSync(file, raw.bytes);
  const seed = JSON.parse(model.text).settings.model.random_state;
  const out = join(scene.folder, "of-raw");
  native(["train", "--file", file, "--batch-records", "50", "--random-state", String(seed), "--out", out]);
  const last = readdirSync(join(out, "models")).find((name) => name === model.name);
  assert.deepEqual(JSON.parse(readFileSync(join(out, "models", last))).coef, JSON.parse(model.text).coef);
  await desk.at("saves").click();
  await desk.at("keep-raw").uncheck();
  await desk.page.keyboard.press("Escape");
  await desk.stepTo(3);
  assert.equal((await desk.save("save-raw")).name, "batches_0_to_1.ndjson", "no more, and none is lost");
});

test("the menu of files is used by keys alone, on a phone too", async (scene) => {
  const desk = await opened(scene, "seed=5&batch=100", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  await desk.stepTo(1);
  const { keyboard } = desk.page;
  await desk.at("saves").focus();
  await keyboard.press("Enter");
  const groups = desk.page.locator(".drop-list [role=group]");
  assert.deepEqual(await groups.evaluateAll((all) => all.map((group) => document.getElementById(group.getAttribute("aria-labelledby")).textContent)), ["Model", "Metrics", "Chart", "Records", "Log", "Everything", "Folder"]);
  const reached = [];
  for (let presses = 0; presses < 16; presses += 1) {
    await keyboard.press("Tab");
    reached.push(await desk.page.evaluate(() => document.activeElement.dataset.testid));
  }
  for (const id of ["save-model", "save-chart-png", "save-chart-svg", "keep-raw", "save-everything"]) assert.ok(reached.includes(id), `${id} among ${reached}`);
  const list = await desk.page.locator(".drop-list").boundingBox();
  assert.ok(list.x >= 0 && list.x + list.width <= 390 && list.y + list.height <= 844, JSON.stringify(list));
  await desk.at("save-chart-svg").focus();
  const [download] = await Promise.all([desk.page.waitForEvent("download"), keyboard.press("Enter")]);
  assert.equal(download.suggestedFilename(), "chart.svg");
  await desk.until("the menu is closed and its button has the focus", () => desk.page.evaluate(() => document.activeElement.dataset.testid === "saves" && !document.querySelector(".drop-list")));
});

test("an archive of a topic's run while it goes on is of one moment and names the topic", async (scene) => {
  scene.served = await scene.relay(["--rate", "2000"]);
  const desk = await opened(scene, "batch=10&autostart=1");
  await desk.untilNumber("batches", 200);
  const { names, file } = unpacked(scene, (await desk.save("save-everything")).bytes, "moment");
  const { batches, source } = JSON.parse(file("settings.json"));
  assert.deepEqual(source, { kind: "relay", url: `${scene.served.ws}/ws`, topic: "loan-applications", from: "earliest" });
  assert.ok(names.includes(`models/model_${batches}_batch_${batches - 1}.json`), names.join(" "));
  const svg = await read(desk, file("chart.svg").toString());
  assert.equal(svg.title.replace(/\u202f/g, ""), `Accuracy over ${batches} batches`);
  assert.match(svg.texts.join("\n"), /Topic loan-applications, from its earliest record · batches of 10 records/);
  assert.ok(file("metrics.csv").toString().trimEnd().split("\n").at(-1).startsWith(`${batches - 1},`));
});
