// Which tab leads: one tab of a browser runs the data core, the others follow it.
//
// CONTRACT BETWEEN JAVASCRIPT AND RUST
//
// Names. Several members may share a browser, so every name ends in a suffix: what localStorage
// holds under `huike.replica` (`<workspace>-<member>`), or `none`. It is read once, when a page
// opens. The server names the replica of the last sign-in in the cookie `huike_replica`, which counts
// more; whoever signs in or out writes it and loads the page anew.
//   Web Lock           huike-leader-<suffix>
//   BroadcastChannel   huike-up-<suffix>     pages -> worker    {screen: string, bytes: Uint8Array}
//   BroadcastChannel   huike-down-<suffix>   worker -> pages    {screen: string|null, bytes: Uint8Array}
//                                            (null: for every follower)
//   BroadcastChannel   huike-beat-<suffix>   only this file and worker-start.js
//   IndexedDB          huike-screen-<suffix> only this file (the first-screen snapshot)
//
// Page. boot.js imports /pkg/page.js, awaits its default export, and calls once
//   page_main(tabs)
// where `tabs` is
//   tabs.screen            string, 16 hex digits, one per page load
//   tabs.suffix            string, as above
//   tabs.up, tabs.down     string, the channel names with their suffix
//   tabs.snapshot          Uint8Array | null: what keepSnapshot stored last for this screen, to paint before the
//                          worker is up
//   tabs.words             string: all sentences of the language of <html lang>
//   tabs.keepSnapshot(screen, b)  stores a Uint8Array for the next start of a screen, `customers` or
//                          `deals/<pipeline>`, in the place of the last one of its page; never throws
//   tabs.dropSnapshot(b)   forgets it and all pictures (picture.js); with true, for a sign-out, none is taken any more
//   tabs.isLeader()        bool
//   tabs.worker()          Worker | null: the running data core of this tab, null in a follower
//   tabs.early             Array: messages (not events) of worker() that came before page_main; drain it, then set
//                          worker().onmessage in the same turn
//   tabs.epoch             number, grows whenever worker() changes: a late message of an older one is stale.
//                          (The leadership number that guards the store is the worker's own, in IndexedDB.)
//   tabs.onPromoted(cb)    cb(worker): this tab leads now; set worker.onmessage inside cb, then say hello
//   tabs.onDemoted(cb)     cb(): the worker is gone and another tab leads; use the channels from now on
//   tabs.onLeader(cb)      cb(leader_screen): in a follower, a new leader's worker is listening on `up`:
//                          say hello and repeat every intent that is not acknowledged.
//                          Called at once if a leader is known already
//   tabs.onFailed(cb)      cb(text): the data core of this tab broke; show the panic screen
//   tabs.stepDown()        gives up leadership, stops the worker, follows
//   tabs.restart()         leader only: a fresh worker (then onPromoted is called again)
//   tabs.updates           {isWaiting(): bool, onWaiting(cb), apply()}: a new version is installed and
//                          waits; apply() activates it and loads the page anew, once, in every tab
//   tabs.install           {isOffered(): bool, onChange(cb), ask(): Promise<bool>}: the browser's install offer
// A leader's page talks to its worker by worker().postMessage(Uint8Array) (transfer the buffer) and
// gets Uint8Array in onmessage. Anything there that is not a Uint8Array belongs to this file: ignore it.
// A follower posts {screen, bytes} on `up` and reads `down`, ignoring other screens' messages.
// The page is ready when the first list or board is painted: set document.documentElement.dataset.ready = "1".
//
// Worker. worker-start.js collects messages, imports /pkg/data.js, awaits its default export and, when
// told to start, calls
//   data_main(early)
// core.js loads a worker before anybody knows who leads, and a follower keeps one in reserve, so nothing may
// happen before that call: no #[wasm_bindgen(start)].
// `early` is an Array of what came so far, its first element always
//   {start: {screen, suffix, up, down, hadData}}
// where screen is the leader's own page and hadData says that this browser once kept data for the
// replica (localStorage `huike.filled.<suffix>`): a store found empty was then evicted; the others are Uint8Array from that page. data_main sets
// self.onmessage and opens the channels BEFORE its first await, then drains `early`. When it returned
// (not: when its promise resolved) the worker counts as listening, and followers are told.
// Answers: self.postMessage(Uint8Array) to the own page, `down` to followers.
// A worker that finds in the store that a newer leader took over posts {robbed: true} to its page and
// stops writing. {failed: text} when it broke, {restart: true} when the browser closed its database,
// {filled: true} once it keeps data. {hurry: true} to it: the network may be back or gone, look now.
// Each page holds the Web Lock huike-page-<suffix>-<screen> while it lives, so that the worker notices
// when a follower is gone.

const PATIENCE_MS = 500; // silence after which a follower asks whether the leader lives
const ANSWER_MS = 200; // and how long it waits for the answer
const BUSY_MS = 6000; // a living page excuses its busy worker for so long
const LOOK_MS = 100;
const STANDBY_MS = 1500; // a follower prepares its own worker when its first screen is long painted
const ASLEEP_MS = 2500; // a gap this long in our own timer means that we slept, not the leader

const suffix = replica();
const screen = hex(crypto.getRandomValues(new Uint8Array(8)));
const lockName = `huike-leader-${suffix}`;
const screenDb = `huike-screen-${suffix}`;
const filledKey = `huike.filled.${suffix}`;
const beat = new BroadcastChannel(`huike-beat-${suffix}`);
const listeners = { promoted: [], demoted: [], leader: [], failed: [] };

let worker = null;
let standby = null; // a follower's worker, loaded and not started
let leading = false;
let ledSince = 0;
let release = null; // lets the lock go
let waiting = null; // the AbortController of our place in the queue
let knownLeader = null; // screen of the leader whose worker listens
let deposed = null; // and of the one before, whose last beats may come late
let lastBeat = performance.now();
let lastLook = lastBeat;
let askedAt = null;
let excusedUntil = 0;

export const tabs = {
  screen,
  suffix,
  up: `huike-up-${suffix}`,
  down: `huike-down-${suffix}`,
  snapshot: null,
  words: '',
  early: [],
  epoch: 0,
  isLeader: () => leading,
  worker: () => worker,
  onPromoted: (cb) => void listeners.promoted.push(cb),
  onDemoted: (cb) => void listeners.demoted.push(cb),
  onFailed: (cb) => void listeners.failed.push(cb),
  onLeader: (cb) => {
    listeners.leader.push(cb);
    if (!leading && knownLeader) cb(knownLeader);
  },
  stepDown,
  restart,
  keepSnapshot,
  dropSnapshot,
};

// Resolves as soon as this tab knows whether it leads.
export async function open() {
  beat.onmessage = (event) => hear(event.data);
  if (self.huikeCore) keepReady(self.huikeCore);
  setInterval(look, LOOK_MS);
  // A page that is about to be frozen says goodbye; one that is stopped without warning falls silent.
  document.addEventListener('freeze', stepDown);
  addEventListener('online', hurry);
  addEventListener('offline', hurry); // workers do not always hear of it
  document.addEventListener('visibilitychange', () => document.hidden || hurry());
  if (!navigator.locks) return openWithoutLocks();
  navigator.locks.request(`huike-page-${suffix}-${screen}`, () => new Promise(() => {})).catch(console.error);
  await new Promise((decided) => {
    navigator.locks
      .request(lockName, { ifAvailable: true }, (lock) => {
        const held = lock ? lead() : queue();
        decided();
        return held;
      })
      .catch(lost);
  });
}

export function readSnapshot() {
  const screen = screenOf(location);
  return new Promise((resolve) => {
    if (!screen) return resolve(null);
    const asked = openScreens();
    asked.onerror = asked.onblocked = () => resolve(null);
    asked.onsuccess = () => {
      const db = asked.result;
      const got = db.transaction('snapshot').objectStore('snapshot').get(pageOf(screen));
      got.onerror = () => resolve(null);
      got.onsuccess = () => resolve(got.result?.screen === screen ? got.result.bytes : null);
      got.transaction.oncomplete = () => db.close();
    };
  });
}

// Which first rows an address begins with. The bare address of the board leads to the pipeline that was open
// last; a filtered board has other cards.
function screenOf({ pathname, search }) {
  const [page, pipeline] = pathname.slice('/app/'.length).split('/');
  if (page === 'customers') return page;
  if (page !== 'deals' || search) return null;
  return `deals/${pipeline || localStorage.getItem('huike.pipeline')}`;
}

function pageOf(screen) {
  return screen.split('/')[0];
}

function openScreens() {
  const asked = indexedDB.open(screenDb, 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore('snapshot');
  return asked;
}

function dropSnapshot(isForGood) {
  indexedDB.deleteDatabase(screenDb);
  self.huikePicture?.forget(isForGood);
}

function keepSnapshot(screen, bytes) {
  // A copy, because the memory of the page's module may move before the write happens.
  const kept = { screen, bytes: bytes.slice() };
  try {
    const asked = openScreens();
    asked.onsuccess = () => {
      const db = asked.result;
      const written = db.transaction('snapshot', 'readwrite');
      written.objectStore('snapshot').put(kept, pageOf(screen));
      written.oncomplete = written.onabort = () => db.close();
    };
  } catch {
    // Only the next start is a little slower.
  }
}

// --- Leading ---------------------------------------------------------------------------------

function lead() {
  leading = true;
  ledSince = performance.now();
  waiting = null;
  knownLeader = null;
  startWorker();
  tell('promoted', worker);
  // A lock is held as long as this promise does not settle: the tab's life, unless we step down.
  return new Promise((resolve) => {
    release = resolve;
  });
}

function startWorker() {
  tabs.epoch += 1;
  tabs.early = [];
  const started = standby ?? newWorker();
  const early = tabs.early;
  standby = null;
  worker = started;
  started.onmessage = (event) => early.push(event.data);
  started.addEventListener('message', (event) => {
    if (worker !== started) return;
    if (event.data?.failed) fail(event.data.failed);
    if (event.data?.robbed) stepDown();
    if (event.data?.restart) restart();
    if (event.data?.filled) write(filledKey, '1');
  });
  started.addEventListener('error', (event) => {
    if (worker === started) fail(event.message || 'the data core could not be loaded');
  });
  const hadData = read(filledKey) !== null;
  started.postMessage({ start: { screen, suffix, up: tabs.up, down: tabs.down, hadData } });
  beat.postMessage({ kind: 'taken', leader: screen });
}

function fail(text) {
  console.error(text);
  stopWorker();
  tell('failed', text);
}

function stopWorker() {
  worker?.terminate();
  worker = null;
}

function restart() {
  if (!leading) return;
  stopWorker();
  startWorker();
  tell('promoted', worker);
}

function stepDown() {
  if (!leading) return;
  const letGo = release;
  demote();
  letGo?.();
}

function demote() {
  if (!leading) return;
  leading = false;
  release = null;
  stopWorker();
  tabs.epoch += 1;
  deposed = screen;
  rest();
  tell('demoted');
  if (navigator.locks) queue();
}

function newWorker() {
  return new Worker('/worker-start.js', { type: 'module' });
}

// --- Following -------------------------------------------------------------------------------

function queue() {
  if (waiting) return;
  setTimeout(prepare, STANDBY_MS);
  const place = new AbortController();
  waiting = place;
  navigator.locks.request(lockName, { signal: place.signal }, lead).catch(lost);
}

// Taking over must not wait for the network or the service worker, which may be what hangs.
function prepare() {
  if (!leading && !standby) keepReady(newWorker());
}

function keepReady(prepared) {
  standby = prepared;
  const drop = () => {
    prepared.terminate();
    if (standby === prepared) standby = null;
  };
  prepared.onmessage = (event) => event.data?.failed && drop();
  prepared.onerror = () => standby === prepared && drop();
}

function steal() {
  rest();
  if (!navigator.locks) return lead();
  waiting?.abort('withdrawn');
  waiting = null;
  navigator.locks.request(lockName, { steal: true }, lead).catch(lost);
}

// A request for the lock ended without our will: we withdrew it ourselves, or were robbed.
function lost(reason) {
  if (reason === 'withdrawn') return;
  if (reason?.name === 'AbortError') demote();
  else console.error(reason);
}

function hear(message) {
  if (message.kind === 'beat') {
    if (message.leader === deposed) return;
    rest();
    if (message.isListening && !leading && knownLeader !== message.leader) {
      knownLeader = message.leader;
      tell('leader', knownLeader);
    }
  } else if (message.kind === 'taken') {
    rest();
    deposed = knownLeader === message.leader ? null : knownLeader;
    knownLeader = null;
    // Without locks this is the only way to learn that we were robbed. Two that began together must
    // not both give way.
    const began = performance.now() - ledSince < ASLEEP_MS;
    if (leading && !navigator.locks && !(began && screen > message.leader)) demote();
  } else if (message.kind === 'alive?') {
    if (leading && worker) beat.postMessage({ kind: 'alive' });
  } else if (message.kind === 'alive') {
    // Until the next question: the page may be frozen by then.
    if (askedAt !== null) excusedUntil = performance.now() + PATIENCE_MS;
    askedAt = null;
  }
}

// Looks whether the leader still lives. Its worker beats on its own, so a throttled page is no
// matter; a frozen one freezes its worker as well and falls silent. A worker that is only busy
// (a first load on a slow tablet) is excused by its page, else followers would rob it over and over.
function look() {
  const now = performance.now();
  const slept = now - lastLook > ASLEEP_MS;
  lastLook = now;
  if (leading) return;
  if (slept) return rest();
  const silence = now - lastBeat;
  if (silence < PATIENCE_MS || (now < excusedUntil && silence < BUSY_MS)) return;
  if (askedAt === null && silence < BUSY_MS) {
    askedAt = now;
    beat.postMessage({ kind: 'alive?' });
  } else if (askedAt === null || now - askedAt >= ANSWER_MS) {
    steal();
  }
}

function rest() {
  lastBeat = performance.now();
  askedAt = null;
  excusedUntil = 0;
}

// Plain http outside localhost has no Web Locks. Beats alone then decide; two tabs may lead for a
// moment, and the leadership number in the store keeps the elder from writing.
async function openWithoutLocks() {
  const silentSince = lastBeat;
  beat.postMessage({ kind: 'alive?' });
  askedAt = performance.now();
  await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
  if (askedAt !== null && lastBeat === silentSince) lead();
}

// --- Small things ----------------------------------------------------------------------------

function tell(what, detail) {
  for (const cb of listeners[what]) cb(detail);
}

function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is forbidden: nothing is kept, and there is nothing to tell apart
  }
}

// Whose data this page opens. After another member's sign-in only the cookie knows it.
function replica() {
  const named = /(?:^|; )huike_replica=([\w-]+)/.exec(document.cookie)?.[1];
  const kept = read('huike.replica');
  if (named && named !== kept) write('huike.replica', named);
  return named || kept || 'none';
}

function write(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Without it an eviction goes unnoticed; the data comes back from the server all the same.
  }
}

function hurry() {
  worker?.postMessage({ hurry: true });
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
