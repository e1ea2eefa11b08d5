// Records as other programs write them: each is learned from or counted as bad with its reason.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { native, test } from "./support.mjs";

const GOOD = {
  timestamp: "2025-01-01T00:00:00.000001", application_id: "8f14e45f-ceea-467e-9d3c-2f1a", person_income: 50000,
  person_home_ownership: "RENT", loan_amnt: 9000, loan_intent: "MEDICAL", loan_int_rate: 12.5, loan_percent_income: 0.18,
  previous_loan_defaults_on_file: "No", label: 0,
};

/** Records as they lie in the topic, and the words that must be among the reason of a bad one. */
function records() {
  const change = (fields) => JSON.stringify({ ...GOOD, ...fields });
  const without = (name) => JSON.stringify(Object.fromEntries(Object.entries(GOOD).filter(([key]) => key !== name)));
  const good = [
    change({}),
    JSON.stringify(GOOD).replaceAll(",", ", ").replaceAll('":', '": '),
    JSON.stringify(Object.fromEntries(Object.entries(GOOD).reverse())),
    change({ label: 1, note: { deep: [1, "}"] } }),
    change({ application_id: "Ünïcödé – 申請", person_income: 1.2e4 }),
  ];
  const bad = [
    ["not json", /not JSON/],
    ["", /no value|empty/],
    [change({ person_home_ownership: "CASTLE" }), /"CASTLE" is unknown/],
    [change({ loan_amnt: null }), /loan_amnt is null/],
    [without("loan_intent"), /loan_intent is missing/],
    [change({ person_income: "50000" }), /person_income is/],
    [change({ label: 2 }), /label is 2/],
    [`{"padding": "${"x".repeat(900_000)}"}`, /is missing/],
  ];
  return { good, bad };
}

test("odd records are learned from or counted as bad with their reason, and the run goes on", async (scene) => {
  const broker = await scene.kafka(["odd"]);
  const { good, bad } = records();
  const all = [...good, ...bad.map(([value]) => value)];
  const file = join(scene.folder, "records");
  writeFileSync(file, all.map((value) => `k\t${value}\n`).join(""));
  const sent = spawnSync("kcat", ["-P", "-b", broker.address, "-t", "odd", "-K", "\t", "-l", file, "-X", "message.max.bytes=2000000"], { encoding: "utf8" });
  assert.equal(sent.status, 0, sent.stderr ?? String(sent.error));
  const relay = await scene.relay(["--kafka", broker.address, "--topic", "odd"]);
  const desk = await scene.open(`${relay.url}/?batch=${all.length}&autostart=1`);
  await desk.untilNumber("records", all.length);
  assert.equal(await desk.number("bad-records"), bad.length);
  assert.equal(await desk.number("batches"), 1);
  await desk.at("tab-bad").click();
  assert.match(await desk.text("bad-told"), new RegExp(`${bad.length} of ${all.length} records could not be used`));
  const [download] = await Promise.all([desk.page.waitForEvent("download"), desk.at("download-bad").click()]);
  const lines = (await (await import("node:fs/promises")).readFile(await download.path(), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(lines.length, bad.length);
  for (const [index, [, reason]] of bad.entries()) {
    const line = lines.find((one) => one.offset === good.length + index);
    assert.match(line?.reason ?? "not there", reason);
  }
  native(["produce", "--kafka", broker.address, "--topic", "odd", "--count", "100", "--rate", "0"]);
  await desk.untilNumber("batches", 8);
  assert.equal(await desk.number("bad-records"), bad.length);
});
