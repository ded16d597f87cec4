// Runs inside the page before its own scripts: looks on, and changes nothing.
//
// A time is "painted" when a task runs after the frame that shows a state: a message posted from the
// animation frame arrives after layout and paint. So every time includes the wait for the next
// frame, up to 16.7 ms.

/** Puts `bench` into the window of every page of the context. */
export async function watch(context, settings = {}) {
  await context.addInitScript(probe, settings);
}

function probe({ watched = [] }) {
  if (self !== self.top || !location.pathname.startsWith("/app")) return;
  const bench = {};
  self.bench = bench;

  bench.painted = () =>
    new Promise((done) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done(performance.now());
        port2.postMessage(null);
      });
    });

  bench.absolute = (time = performance.now()) => performance.timeOrigin + time;

  const number = (selector) => {
    const digits = document.querySelector(selector)?.textContent.replace(/[^0-9]/g, "");
    return digits ? Number(digits) : -1;
  };
  // A live collection keeps its count; a question to the whole document in every frame would be felt.
  const cards = document.getElementsByClassName("card");
  const states = {
    // A row of the list with words in it; a skeleton has none.
    list: () => Boolean(document.querySelector("[role=grid] .virtual-row:not([hidden])")?.textContent.trim()),
    // The same, or the picture of the last visit to this page, which is shown whole or not at all.
    rows: () => Boolean(document.querySelector(".picture:not([hidden])")) || states.list() || states.cards(),
    // The list says how many there are once it knows all.
    listComplete: ({ customers }) => number(".page-count") === customers,
    cards: () => cards.length > 0,
    board: (it) => cards.length >= it.cards,
  };

  // When a state is first painted, by its name. What stands in the document when a frame begins is what that
  // frame paints.
  bench.marks = {};
  bench.allMarks = new Promise((done) => {
    const open = new Map(watched.map((it) => [it.name, it]));
    const look = () => {
      const reached = [...open.values()].filter((it) => states[it.state](it));
      for (const it of reached) open.delete(it.name);
      if (open.size > 0) requestAnimationFrame(look);
      if (reached.length === 0) return;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        for (const it of reached) bench.marks[it.name] = performance.now();
        if (Object.keys(bench.marks).length === watched.length) done(bench.marks);
      };
      port2.postMessage(null);
    };
    if (open.size > 0) requestAnimationFrame(look);
  });

  // Samples what the screen shows after every frame, until it has been the same for a while; answers when what
  // it shows in the end was first painted.
  bench.settled = async (signature, quietMs) => {
    const seen = [];
    let last = performance.now();
    for (;;) {
      const time = await bench.painted();
      const now = signature();
      if (seen.at(-1)?.now !== now) {
        seen.push({ time, now });
        last = time;
      }
      if (time - last > quietMs) return seen.at(-1);
    }
  };

  // What goes to the data core and what comes back: request and report begin with their number.
  const EDIT = 1;
  const SPLICE = 4;
  const STORED = 3;
  const FAILED = 4;
  bench.posted = new Map();
  bench.stored = new Map();
  bench.failed = [];
  const key = (bytes) => Array.from(bytes.subarray(1, 17), (it) => it.toString(16).padStart(2, "0")).join("");
  self.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => {
        if (!(data instanceof Uint8Array)) return;
        if (data[0] === STORED) bench.stored.set(key(data), performance.now());
        if (data[0] === FAILED) bench.failed.push(key(data));
      });
    }
    postMessage(message, ...rest) {
      if (message instanceof Uint8Array && (message[0] === EDIT || message[0] === SPLICE)) {
        bench.posted.set(key(message), performance.now());
      }
      super.postMessage(message, ...rest);
    }
  };
}
