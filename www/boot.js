// Starts the app. A file of its own because the page's policy forbids inline scripts.
const say = (text) => {
  const place = document.getElementById("boot") ?? document.body.appendChild(document.createElement("p"));
  place.setAttribute("role", "alert");
  place.textContent = text;
};

if (typeof WebAssembly !== "object") {
  say("Tokenflame needs WebAssembly, which this browser lacks or has turned off (some do so in a lockdown or strict security mode). Turn it on for this page, or use a current Firefox, Chrome, Edge or Safari.");
} else {
  try {
    const { default: init } = await import("./app.js");
    await init({ module_or_path: new URL("app_bg.wasm", import.meta.url) });
  } catch (error) {
    say(`Tokenflame did not start: ${error}. Reload the page; if that does not help, check that app.js and app_bg.wasm are served from the folder of this page.`);
    throw error;
  }
}
