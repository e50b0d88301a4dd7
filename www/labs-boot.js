// Starts the labs, the screens that are fetched when one of them is first shown. The app adds this script when it has
// made the place for them.
try {
  const { default: init } = await import("./labs.js");
  await init({ module_or_path: new URL("labs_bg.wasm", import.meta.url) });
} catch (error) {
  // In this order the app can say it, and the console has where it came from.
  document.getElementById("labs").port.postMessage({ failed: `${error}` });
  throw error;
}
