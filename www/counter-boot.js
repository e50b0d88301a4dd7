// Starts a counting worker. The engine's worker starts it from a blob that imports this file, for the same reason
// as the page does with worker-boot.js, and posts the compiled module, so that nothing is compiled again, and a
// MessagePort.
import { initSync, count } from "./worker.js";

self.onmessage = ({ data: module, ports: [port] }) => {
  initSync({ module });
  count(port);
};
