// Every batch saved into a folder. A driver cannot use the browser's own window for choosing one, so a
// folder of the browser's private file system stands in its place: the page is given the same handle.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { native, test } from "./support.mjs";

/** A page whose picker gives a private folder of this name. */
async function opened(scene, query, picker) {
  const served = await scene.relay();
  const prepare = (page) => page.addInitScript(picker);
  const desk = await scene.open(`${served.url}/?${query}`, { prepare });
  await desk.ready();
  return desk;
}

const PRIVATE = "window.showDirectoryPicker = async () => (await navigator.storage.getDirectory()).getDirectoryHandle('chosen', { create: true });";

async function choose(desk, id = "save-folder") {
  await desk.at("saves").click();
  await desk.at(id).click();
}

/** What the menu says of the folder. */
async function told(desk, pattern) {
  await desk.until(`the menu says ${pattern}`, async () => {
    await desk.at("saves").click();
    const text = await desk.page.locator("[aria-labelledby=saves-folder]").textContent();
    await desk.page.keyboard.press("Escape");
    return pattern.test(text);
  });
}

/** The files of the private folder, by their paths. */
function files(desk) {
  return desk.page.evaluate(async () => {
    const found = {};
    const walk = async (folder, path) => {
      for await (const [name, entry] of folder.entries()) {
        if (entry.kind === "directory") await walk(entry, `${path}${name}/`);
        else found[path + name] = [...new Uint8Array(await (await entry.getFile()).arrayBuffer())];
      }
    };
    await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle("chosen"), "");
    return found;
  });
}

test("every batch is in the folder under the names of gradually train, byte by byte, until it is stopped", async (scene) => {
  const desk = await opened(scene, "seed=5&batch=100&rate=max", PRIVATE);
  await desk.stepTo(1);
  await choose(desk);
  await told(desk, /0 batches in chosen so far/);
  await desk.at("start").click();
  await desk.untilNumber("batches", 12);
  await desk.at("start").click();
  const last = await desk.settled("batches");
  await told(desk, new RegExp(`^FolderStop saving into the folder${last - 1} batches in chosen so far`));
  const saved = await files(desk);
  const out = join(scene.folder, "native");
  native(["train", "--simulate", "5", "--batch-records", "100", "--max-batches", String(last), "--out", out]);
  const expected = ["models", "encoders", "metrics"].flatMap((folder) => readdirSync(join(out, folder)).map((name) => `${folder}/${name}`));
  const later = expected.filter((name) => !/_batch_0\.|batch_0_/.test(name));
  assert.deepEqual(Object.keys(saved).sort(), later.sort());
  for (const name of later.filter((name) => !name.startsWith("metrics"))) {
    assert.ok(readFileSync(join(out, name)).equals(Buffer.from(saved[name])), name);
  }
  await choose(desk, "stop-folder");
  await told(desk, /Save every batch into a folder/);
  await desk.stepTo(last + 1);
  await desk.page.waitForTimeout(500);
  assert.equal(Object.keys(await files(desk)).length, later.length, "no more of them");
  await choose(desk);
  await desk.until("it is told", async () => (await desk.at("notices").count()) && /chosen holds a run already, which is not written over/.test(await desk.text("notices")));
});

test("a folder that may not be written any more is told once and ends the saving, not the run", async (scene) => {
  const served = await scene.relay();
  const prepare = async (page) => {
    await page.addInitScript(PRIVATE);
    await page.route("**/worker_loader.js", async (route) => {
      const answer = await route.fetch();
      const fail = `let writes = 0; const create = FileSystemFileHandle.prototype.createWritable;
        FileSystemFileHandle.prototype.createWritable = function () {
          if (++writes > 8) return Promise.reject(new DOMException("withdrawn", "NotAllowedError"));
          return create.call(this);
        };\n`;
      await route.fulfill({ response: answer, body: fail + (await answer.text()) });
    });
  };
  const desk = await scene.open(`${served.url}/?seed=5&batch=100`, { prepare });
  await desk.ready();
  await choose(desk);
  await told(desk, /0 batches in chosen so far/);
  await desk.stepTo(4);
  await desk.until("it is told", async () => (await desk.at("notices").count()) && /not saved into the folder chosen any more: the browser does not allow writing there/.test(await desk.text("notices")));
  await told(desk, /Save every batch into a folder/);
  await desk.stepTo(6);
  assert.equal(await desk.page.locator("[data-testid=notices] li").count(), 1);
  assert.equal(Object.keys(await files(desk)).length, 8, "two batches, whole");
});

test("another run does not write over the one before, and a browser without folders does not offer them", async (scene) => {
  const desk = await opened(scene, "seed=5&batch=100", PRIVATE);
  await choose(desk);
  await told(desk, /0 batches in chosen/);
  await desk.stepTo(1);
  await told(desk, /1 batch in chosen/);
  await desk.at("new-seed").click();
  await desk.until("it is told", async () => (await desk.at("notices").count()) && /Another run began: its batches are not saved into the folder chosen/.test(await desk.text("notices")));
  await desk.stepTo(2);
  assert.equal(Object.keys(await files(desk)).length, 4);
  const other = await opened(scene, "seed=5&batch=100", "delete window.showDirectoryPicker");
  await other.at("saves").click();
  assert.equal(await other.at("save-folder").count(), 0);
});
