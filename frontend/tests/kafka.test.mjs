// Real Kafka, real relay, real browser: every record is learned from once, whatever dies in between.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { native, numbers, stop, test, trained } from "./support.mjs";

const TOPIC = "loan-applications";

function produce(broker, count, seed, more = []) {
  native(["produce", "--kafka", broker.address, "--topic", TOPIC, "--count", String(count), "--seed", String(seed), "--rate", "0", ...more]);
}

/** The page's model and counts against the native program over the same topic. */
async function checkEqual(scene, desk, broker, records, batch) {
  const batches = Math.floor(records / batch);
  await desk.untilNumber("batches", batches, 120_000);
  assert.equal(await desk.number("records"), batches * batch);
  assert.equal(await desk.number("batches"), batches);
  assert.equal(await desk.points(), batches, "a point for every batch");
  const model = await desk.save("save-model");
  const wanted = trained(scene, ["--kafka", broker.address, "--topic", TOPIC, "--batch-records", String(batch), "--max-batches", String(batches)]);
  assert.equal(model.name, wanted.name);
  assert.deepEqual(numbers(model.text), numbers(wanted.text));
  assert.deepEqual(JSON.parse(model.text).positions.map(place), JSON.parse(wanted.text).positions.map(place));
}

const place = ({ partition, offset }) => [partition, offset];

test("the page trains on every record of a topic and its model is the native program's", async (scene) => {
  const broker = await scene.kafka([TOPIC]);
  produce(broker, 6000, 5);
  const relay = await scene.relay(["--kafka", broker.address, "--topic", TOPIC]);
  const desk = await scene.open(`${relay.url}/?batch=100`);
  await desk.until("the page finds its own relay", async () => /Relay/.test(await desk.text("source-name")));
  assert.equal(await desk.number("records"), 0, "nothing is read before Start");
  await desk.at("start").click();
  await checkEqual(scene, desk, broker, 6000, 100);
  await desk.untilState("live");
  assert.match(await desk.text("source-name"), new RegExp(TOPIC));
  await desk.until("nothing is behind", async () => (await desk.number("lag")) === 0);
  produce(broker, 250, 6);
  await checkEqual(scene, desk, broker, 6200, 100);
  await desk.until("the rest waits for its batch", async () => (await desk.number("lag")) === 50);
});

test("the page served by trunk, pointed at a relay on another port, trains from Kafka", async (scene) => {
  const broker = await scene.kafka([TOPIC]);
  produce(broker, 2000, 12);
  const relay = await scene.relay(["--kafka", broker.address, "--topic", TOPIC]);
  const { url } = await scene.trunk();
  const desk = await scene.open(`${url}?relay=${relay.ws}&topic=${TOPIC}&batch=100&autostart=1`);
  await checkEqual(scene, desk, broker, 2000, 100);
  assert.match(await desk.text("source-name"), new RegExp(TOPIC));
});

test("a killed relay and a restarted broker lose nothing and repeat nothing", async (scene) => {
  scene.allow(/WebSocket connection to/);
  let broker = await scene.kafka([TOPIC]);
  produce(broker, 4000, 7);
  let relay = await scene.relay(["--kafka", broker.address, "--topic", TOPIC]);
  // At 1000 records a second the kill comes in the middle of the run, with frames under way.
  const desk = await scene.open(`${relay.url}/?batch=100&rate=1000&autostart=1`);
  await desk.untilNumber("batches", 5);
  await stop(relay.child, "SIGKILL");
  await desk.untilState("reconnecting");
  assert.match(await desk.text("fault"), /has not answered for \d+ s.*Nothing lost, nothing twice/s);
  assert.match(await desk.text("source-state"), /reconnecting, attempt \d+ in \d+ s/);
  const stalled = await desk.number("records");
  assert.ok(stalled < 4000, "the relay died in the middle of the run");
  relay = await scene.relay(["--kafka", broker.address, "--topic", TOPIC], relay.port);
  await desk.at("try-now").click({ timeout: 5000 }).catch(() => {});
  await desk.untilNumber("records", stalled + 300);
  await stop(broker.child, "SIGTERM");
  broker = await scene.kafka([], broker.port, broker.dir);
  produce(broker, 1000, 8);
  await checkEqual(scene, desk, broker, 5000, 100);
});

test("a pause loses nothing, and steps take what they say", async (scene) => {
  const broker = await scene.kafka([TOPIC]);
  produce(broker, 3000, 9);
  const relay = await scene.relay(["--kafka", broker.address, "--topic", TOPIC]);
  const desk = await scene.open(`${relay.url}/?batch=50&rate=1000`);
  await desk.ready();
  await desk.until("the page finds its own relay", async () => /Relay/.test(await desk.text("source-name")));
  for (let record = 1; record <= 3; record += 1) {
    await desk.at("step-record").click();
    await desk.until("one record waits", async () => new RegExp(`batch 1: ${record} of 50`).test(await desk.text("station-0")));
  }
  assert.match(await desk.text("station-0"), /just taken: offset 2/);
  await desk.at("step-batch").click();
  await desk.untilNumber("batches", 1);
  assert.match(await desk.text("source-state"), /paused/);
  await desk.at("start").click();
  await desk.untilNumber("batches", 10);
  await desk.at("start").click();
  await desk.until("the run is paused", async () => /paused/.test(await desk.text("source-state")));
  const paused = await desk.settled("records");
  produce(broker, 500, 10);
  await desk.page.waitForTimeout(1500);
  assert.equal(await desk.number("records"), paused, "a paused run stands still");
  await desk.at("start").click();
  await checkEqual(scene, desk, broker, 3500, 50);
});

test("a run that was read through a relay is replayed through it, and one of the native program too", async (scene) => {
  scene.allow(/WebSocket connection to/);
  const broker = await scene.kafka([`${TOPIC}:2`]);
  produce(broker, 3000, 14);
  let relay = await scene.relay(["--kafka", broker.address, "--topic", TOPIC]);
  const first = await scene.open(`${relay.url}/?batch=100&autostart=1`);
  await first.untilNumber("batches", 30);
  const log = await first.save("save-log");
  const out = join(scene.folder, "native");
  native(["train", "--kafka", broker.address, "--topic", TOPIC, "--batch-records", "170", "--save", "none", "--out", out]);
  const other = { name: "run.ndjson", bytes: readFileSync(join(out, "run.ndjson")) };
  await first.page.close();

  const desk = await scene.open(`${relay.url}/?seed=4&batch=100`);
  await desk.ready();
  const choose = ({ name, bytes }) => desk.at("open-files").setInputFiles({ name, mimeType: "", buffer: Buffer.from(bytes) });
  const ended = async (state) => {
    await desk.until(`the replay is ${state}`, async () => (await desk.at("replay").getAttribute("data-state")) === state);
    return desk.text("replay-end");
  };
  await choose(log);
  assert.match(await desk.text("notices"), /topic loan-applications through the relay ws:.* make that relay the source in the settings and open the log again/);
  await desk.at("dismiss").click();
  await desk.page.goto(`${relay.url}/?batch=100`);
  await desk.until("the page finds its own relay", async () => /Relay/.test(await desk.text("source-name")));
  await choose(log);
  assert.match(await ended("equal"), /^All 30 batches are equal, to the bit: 3\D?000 records, topic loan-applications through ws:/);
  await desk.at("close-replay").click();
  await choose(other);
  assert.match(await ended("equal"), /^All 18 batches are equal/);
  await desk.at("close-replay").click();

  // A relay that is not there is waited for.
  await stop(relay.child, "SIGKILL");
  await choose(log);
  await desk.until("it is told what it waits for", async () => (await desk.at("replay-waits").count()) && /reconnecting: no relay answered/.test(await desk.text("replay-waits")));
  relay = await scene.relay(["--kafka", broker.address, "--topic", TOPIC], relay.port);
  assert.match(await ended("equal"), /^All 30 batches/);
  await desk.at("close-replay").click();

  // What is not there any more, or is another cluster's, is told and no difference.
  const lines = log.text.split("\n");
  const last = lines.at(-2).replace(/"first":(\d+),"last":(\d+)/g, (_, first, last) => `"first":${Number(first) + 9000},"last":${Number(last) + 9000}`);
  await choose({ name: "later.ndjson", bytes: [lines[0], last.replace(/"batch_id":\d+/, '"batch_id":0'), ""].join("\n") });
  assert.match(await ended("failed"), /It cannot go on: .*the partition ends before it/);
  await desk.at("close-replay").click();
  await choose({ name: "other.ndjson", bytes: log.text.replace(/"cluster_id":"[^"]*"/, '"cluster_id":"another"') });
  assert.match(await ended("failed"), /another cluster/);
});
