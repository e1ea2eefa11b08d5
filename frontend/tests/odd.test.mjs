// Records as an independent Python producer writes them: each is learned from, or counted as bad with its reason.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { native, root, test } from "./support.mjs";

/** Ends a record in the file that kcat reads; no record holds this byte. */
const END = "\x1e";

/** The producer's cases: a name, the value's bytes, and a part of the reason if it is bad. */
function cases() {
  const python = spawnSync("python3", [join(root, "relay/tests/odd_records.py")], { encoding: "utf8", maxBuffer: 2 ** 27 });
  assert.equal(python.status, 0, python.stderr ?? String(python.error));
  const all = python.stdout.trim().split("\n").map((line) => JSON.parse(line));
  // kcat cannot send null and empty values in one go: the relay's own tests have both.
  return all.filter((one) => one.value !== null).map((one) => ({ ...one, value: Buffer.from(one.value, "hex") }));
}

function put(scene, broker, values) {
  const file = join(scene.folder, "records");
  writeFileSync(file, Buffer.concat(values.flatMap((value) => [Buffer.from("k\t"), value, Buffer.from(END)])));
  const args = ["-P", "-b", broker.address, "-t", "odd", "-K", "\t", "-D", END, "-l", file, "-X", "message.max.bytes=2000000"];
  const sent = spawnSync("kcat", args, { encoding: "utf8" });
  assert.equal(sent.status, 0, sent.stderr ?? String(sent.error));
}

test("odd records are learned from or counted as bad with their reason, and the run goes on", async (scene) => {
  const broker = await scene.kafka(["odd"]);
  const all = cases();
  const bad = all.map((one, offset) => ({ ...one, offset })).filter((one) => one.bad !== null);
  assert.ok(bad.length > 8 && all.length - bad.length > 8);
  put(scene, broker, all.map((one) => one.value));
  const relay = await scene.relay(["--kafka", broker.address, "--topic", "odd"]);
  const desk = await scene.open(`${relay.url}/?batch=${all.length}&autostart=1`);
  await desk.untilNumber("records", all.length);
  assert.equal(await desk.number("bad-records"), bad.length);
  assert.equal(await desk.number("batches"), 1);
  await desk.at("tab-bad").click();
  assert.match(await desk.text("bad-told"), new RegExp(`${bad.length} of ${all.length} records could not be used`));
  const [download] = await Promise.all([desk.page.waitForEvent("download"), desk.at("download-bad").click()]);
  const lines = readFileSync(await download.path(), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => line.offset).toSorted((a, b) => a - b), bad.map((one) => one.offset));
  for (const { name, offset, bad: reason } of bad) {
    const line = lines.find((one) => one.offset === offset);
    assert.ok(line.reason.includes(reason), `${name}: ${line.reason}`);
  }
  native(["produce", "--kafka", broker.address, "--topic", "odd", "--count", "100", "--rate", "0"]);
  await desk.untilNumber("records", all.length * Math.floor((all.length + 100) / all.length));
  assert.equal(await desk.number("bad-records"), bad.length);
});
