// Loads the data core in its worker, and starts it when told to. The contract stands at the top of tabs.js.

// First statement: what arrives while the module loads would be lost otherwise.
const early = [];
self.onmessage = (event) => early.push(event.data);

const BEAT_MS = 200;

const started = new Promise((resolve) => {
  self.addEventListener('message', (event) => event.data?.start && resolve(event.data.start), {
    once: true,
  });
});

let beating = null;
let isListening = false;

// A panic leaves the module unusable: fall silent, so that another tab may take over, and say so.
function fail(reason) {
  clearInterval(beating);
  self.postMessage({ failed: String(reason?.stack ?? reason?.message ?? reason) });
}
self.addEventListener('unhandledrejection', (event) => fail(event.reason));
self.addEventListener('error', (event) => fail(event.error ?? event.message));

try {
  // Loaded before anybody asks for the start: a follower keeps such a worker ready to take over.
  const loading = import('/pkg/data.js').then(async (core) => {
    await core.default();
    return core;
  });
  const { screen, suffix } = await Promise.race([started, loading.then(() => started)]);
  const channel = new BroadcastChannel(`huike-beat-${suffix}`);
  const beat = () => channel.postMessage({ kind: 'beat', leader: screen, isListening });
  beating = setInterval(beat, BEAT_MS);
  beat();
  const core = await loading;
  const running = core.data_main(early);
  isListening = true;
  beat();
  await running;
} catch (reason) {
  fail(reason);
}
