// Both modules use WebAssembly's SIMD. Without it they would fail with a message that only a
// developer understands, so this plain script asks first and answers in a sentence.
(function () {
  "use strict";
  // The smallest module with one vector instruction: (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt).
  var probe = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);
  var reason = "";
  if (typeof WebAssembly !== "object" || typeof WebAssembly.validate !== "function") {
    reason = "This browser has no WebAssembly, in which Gradually trains its model.";
  } else if (!WebAssembly.validate(probe)) {
    reason = "This browser's WebAssembly has no SIMD instructions, which Gradually trains its model with.";
  }
  try {
    var theme = localStorage.getItem("gradually.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (_) { /* no storage here: the system's theme is used */ }
  if (!reason) return;
  document.documentElement.classList.add("unsupported");
  document.addEventListener("DOMContentLoaded", function () {
    var place = document.getElementById("cannot-start");
    place.textContent = reason + " Chrome and Edge from 91, Firefox from 89 and Safari from 16.4 have it.";
    place.hidden = false;
  });
})();
