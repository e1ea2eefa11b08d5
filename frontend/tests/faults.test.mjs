// What can go wrong is told in a sentence: where, what, and what to do.
import assert from "node:assert/strict";
import { freePort, native, test } from "./support.mjs";

test("an address that is no relay's is refused where it is written", async (scene) => {
  const relay = await scene.relay();
  const desk = await scene.open(`${relay.url}/?seed=1`);
  await desk.ready();
  await desk.at("settings").click();
  await desk.at("set-source-relay").check({ force: true });
  await desk.at("set-url").fill("kafka:9092");
  await desk.at("apply").click({ force: true });
  assert.equal(await desk.at("drawer").isVisible(), true);
  assert.match(await desk.text("set-fault"), /begins with ws:\/\/ or wss:\/\//);
  await desk.at("set-source-simulated").check({ force: true });
  await desk.at("set-alpha").fill("-3");
  await desk.at("apply").click({ force: true });
  assert.match(await desk.text("set-fault"), /alpha must be .*0\.0001 stays in use/);
  assert.match(await desk.text("source-name"), /Simulated/);
});

test("nobody at the address: the page says so and goes on trying", async (scene) => {
  scene.allow(/WebSocket connection to/);
  const relay = await scene.relay();
  const nobody = await freePort();
  const desk = await scene.open(`${relay.url}/?relay=ws://127.0.0.1:${nobody}&autostart=1`);
  await desk.untilState("reconnecting");
  assert.match(await desk.text("fault"), new RegExp(`No relay answered at ws://127.0.0.1:${nobody}/ws`, "i"));
  await desk.until("it tries again", async () => /attempt [2-9]/.test(await desk.text("source-state")));
});

test("a relay without room: the page says what to look at and is let in when there is room", async (scene) => {
  scene.allow(/WebSocket connection to/);
  const relay = await scene.relay(["--max-clients", "1", "--rate", "1000"]);
  const first = await scene.open(`${relay.url}/?autostart=1`);
  await first.untilNumber("batches", 1);
  const second = await scene.open(`${relay.url}/?autostart=1`);
  await second.untilState("reconnecting");
  assert.match(await second.text("fault"), /has it room/);
  await first.page.close();
  await second.untilNumber("batches", 1);
});

test("a topic that is not there is told with the topics that are, and another can be chosen", async (scene) => {
  const relay = await scene.relay();
  const desk = await scene.open(`${relay.url}/?topic=nowhere&autostart=1`);
  await desk.untilState("refused");
  assert.match(await desk.text("fault"), /nowhere/);
  await desk.at("settings").click();
  await desk.at("set-topic").fill("");
  await desk.at("apply").click();
  await desk.at("start").click();
  await desk.untilNumber("batches", 1);
  assert.match(await desk.text("source-name"), /loan-applications/);
});

test("parameters of the address are checked, never trusted", async (scene) => {
  const relay = await scene.relay();
  const desk = await scene.open(`${relay.url}/?seed=3&batch=0&rate=7&noise=%3Cb%3Ehi%3C/b%3E&relay=javascript:alert(1)`);
  await desk.ready();
  const told = await desk.text("notices");
  for (const words of ["batch=0", "rate=7", '"noise"', "javascript:alert(1)"]) assert.ok(told.includes(words), `${words} in: ${told}`);
  await desk.at("dismiss").click();
  await desk.until("the notices are gone", async () => (await desk.at("notices").count()) === 0);
  await desk.at("step-batch").click();
  await desk.untilNumber("records", 100);
});

test("the in-process log of a relay is learned from, and a relay that goes comes back", async (scene) => {
  scene.allow(/WebSocket connection to/);
  const relay = await scene.relay(["--rate", "1000"]);
  const desk = await scene.open(`${relay.url}/?batch=50&autostart=1`);
  await desk.untilNumber("batches", 10);
  relay.child.kill("SIGTERM");
  await desk.untilState("reconnecting");
  await scene.relay(["--rate", "1000"], relay.port);
  const before = await desk.number("batches");
  await desk.until("it goes on or says why not", async () => (await desk.number("batches")) > before || (await desk.at("source").getAttribute("data-state")) === "refused");
});

test("a trap in the worker is shown and a restart begins anew", async (scene) => {
  scene.allow(/unreachable|RuntimeError|panic|memory/i);
  const relay = await scene.relay();
  const prepare = (page) =>
    page.route("**/worker.js", async (route) => {
      const answer = await route.fetch();
      // An allocation that cannot be met ends the real module in a real trap.
      const more = "\nself.endInTrap = () => setTimeout(() => { for (;;) wasm.__wbindgen_malloc(0x7fff0000, 1); });";
      await route.fulfill({ response: answer, body: (await answer.text()) + more });
    });
  const desk = await scene.open(`${relay.url}/?seed=3&rate=1000&autostart=1`, { prepare });
  await desk.untilNumber("batches", 3);
  const [worker] = desk.page.workers();
  await worker.evaluate(() => self.endInTrap());
  await desk.until("the crash is told", () => desk.at("crash").isVisible());
  assert.match(await desk.text("crash"), /worker stopped because of an error/);
  await desk.at("restart").click();
  await desk.until("the crash is gone", async () => (await desk.at("crash").count()) === 0);
  await desk.ready();
  await desk.at("start").click();
  await desk.untilNumber("batches", 2);
});

test("the same model comes out after a restart of the same run", async (scene) => {
  const relay = await scene.relay();
  const desk = await scene.open(`${relay.url}/?seed=3&batch=100`);
  await desk.ready();
  await desk.stepTo(3);
  const first = await desk.save("save-model");
  await desk.page.reload();
  await desk.ready();
  await desk.stepTo(3);
  assert.equal((await desk.save("save-model")).text, first.text);
  assert.ok(native(["--version"]).stdout.length > 0);
});
