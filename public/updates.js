// New versions and the browser's offer to install, for the page (see the contract in tabs.js).

const CHECK_MS = 60 * 60 * 1000; // tablets that are never closed look once an hour
const AWAKE_MS = 2000; // how long the running version may take to say that it runs

export const updates = { isWaiting: () => waiting !== null, onWaiting, apply };
export const install = { isOffered: () => offer !== null, onChange, ask };

let registration = null;
let waiting = null;
let isWanted = false; // somebody pressed the button
let waitingListeners = [];
let offer = null;
let offerListeners = [];

// Registers the service worker. Called once the page is painted: the first visit must not wait for it.
export async function keepUpToDate() {
  const workers = navigator.serviceWorker;
  if (!workers) return; // plain http outside localhost
  // A first visit is claimed by its first service worker; only a later change means a new version.
  let wasControlled = workers.controller !== null;
  let isReloading = false;
  workers.addEventListener('controllerchange', () => {
    if (wasControlled && !isReloading) {
      isReloading = true;
      location.reload();
    }
    wasControlled = true;
  });
  try {
    registration = await workers.register('/sw.js', { scope: '/', updateViaCache: 'none' });
    if (!registration) throw new Error('service workers are blocked');
  } catch (reason) {
    console.warn('offline start is not available', reason);
    return;
  }
  watch(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing;
    coming?.addEventListener('statechange', () => {
      if (coming.state === 'installed') watch(coming);
    });
  });
  const check = () => registration.update().catch(() => {}); // offline: the next check will do
  setInterval(check, CHECK_MS);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') check();
  });
}

function watch(candidate) {
  // Without a controller it is the first version, and nothing is replaced.
  if (!candidate || !navigator.serviceWorker.controller) return;
  waiting = candidate;
  if (isWanted) apply();
  for (const cb of waitingListeners) cb();
}

function onWaiting(cb) {
  waitingListeners.push(cb);
  if (waiting) cb();
}

// The page flushes its edits first. Every tab loads anew when the new version takes control.
// A version that came after the one that was offered has taken its place; one that is still
// installing takes over as soon as it can. The old version's worker is brought to run before: while it is
// just being started, for some request, Chromium would wait for its end without bringing it about, and
// asking again changes nothing.
async function apply() {
  isWanted = true;
  await awake(registration?.active);
  const newest = registration?.waiting ?? waiting;
  newest?.postMessage('SKIP_WAITING');
}

// Resolves once the worker runs, or after AWAKE_MS.
function awake(worker) {
  return new Promise((resolve) => {
    setTimeout(resolve, AWAKE_MS);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    worker?.postMessage('AWAKE', [port2]);
  });
}

// The offer comes early, often before the page's module runs.
addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  offer = event;
  for (const cb of offerListeners) cb();
});
addEventListener('appinstalled', () => {
  offer = null;
  for (const cb of offerListeners) cb();
});

function onChange(cb) {
  offerListeners.push(cb);
}

async function ask() {
  if (!offer) return false;
  const asked = offer;
  offer = null;
  await asked.prompt();
  const choice = await asked.userChoice;
  for (const cb of offerListeners) cb();
  return choice.outcome === 'accepted';
}
