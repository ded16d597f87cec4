// What may go wrong on a device, done to one tab.
import type { Page } from "@playwright/test";

/** Sockets stop to open, as behind a proxy that does not know them; plain requests go on. */
export async function blockSockets(page: Page): Promise<void> {
  const [core] = page.workers();
  await core.evaluate(() => {
    const real = WebSocket.prototype.send;
    // The line that is up falls silent and is closed; none comes up again.
    WebSocket.prototype.send = function send(this: WebSocket) {
      WebSocket.prototype.send = real;
      this.close();
    };
    Object.assign(self, {
      WebSocket: class extends EventTarget {
        close() {}
        send() {}
      },
    });
  });
}
