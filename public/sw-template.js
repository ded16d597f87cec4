// The service worker: the app opens without a network.
//
// The server fills in the two marks below and sends this as /sw.js (no-cache): VERSION is a digest over
// the list; LIST is [[path, digest], …] of the site's files and of the shell, where a digest is the
// first 16 hex digits of the body's SHA-256.
// A version is installed wholly or not at all, into its own cache; until a member agrees to the
// new version, the old one goes on. /api/ and sockets are never touched.

const VERSION = '__VERSION__';
const LIST = __LIST__;

const PREFIX = 'huike-';
const CACHE = PREFIX + VERSION;
const SHELL = '/app/'; // one shell for every address below it
const FALLBACK = '/offline.html';
const DIGESTS = '/.digests'; // beside the files: what each of them is, for the next version
const PATHS = new Set(LIST.map(([path]) => path));
const PATHS_OF_FILES = [...PATHS].filter((path) => path !== SHELL);
const TALK = { condition: { urlPattern: { pathname: '/api/*' } }, source: 'network' };

self.addEventListener('install', (event) => {
  event.waitUntil(install());
  // Where the browser can, it takes listed files from the cache and asks the server itself, without
  // waking this program: it may run in the process of a tab that hangs.
  const routes = [TALK, ...PATHS_OF_FILES.map(route)];
  if (event.addRoutes) event.waitUntil(event.addRoutes(routes).catch(console.warn));
});
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('message', (event) => {
  if (event.data === 'SKIP_WAITING') self.skipWaiting();
  if (event.data === 'AWAKE') event.ports[0].postMessage('AWAKE');
});
self.addEventListener('fetch', (event) => {
  const answer = choose(event.request);
  if (answer) event.respondWith(answer);
});

function route(pathname) {
  return {
    condition: { urlPattern: { pathname }, requestMethod: 'get' },
    source: { cacheName: CACHE },
  };
}

async function install() {
  const known = await storedDigests();
  const cache = await caches.open(CACHE);
  if (await cache.match(DIGESTS)) return; // only this program changed, not the files
  try {
    await Promise.all(LIST.map(([path, digest]) => add(cache, path, digest, known.get(path))));
    await cache.put(DIGESTS, new Response(JSON.stringify(LIST)));
  } catch (reason) {
    await caches.delete(CACHE);
    throw reason;
  }
}

async function add(cache, path, digest, stored) {
  if (stored?.digest === digest) {
    const copy = await (await caches.open(stored.cache)).match(path);
    if (copy) return cache.put(path, copy);
  }
  const response = await fetch(path, { cache: 'no-cache', credentials: 'same-origin' });
  if (!response.ok || response.redirected) throw new Error(`${path}: status ${response.status}`);
  const body = await response.clone().arrayBuffer();
  if ((await digestOf(body)) !== digest) throw new Error(`${path}: not of this version`);
  await cache.put(path, response);
}

async function digestOf(body) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  return Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function storedDigests() {
  const known = new Map();
  for (const cache of await ownCaches()) {
    const list = await (await caches.open(cache)).match(DIGESTS);
    if (!list) continue; // not complete
    for (const [path, digest] of await list.json()) known.set(path, { cache, digest });
  }
  return known;
}

async function ownCaches() {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
}

async function activate() {
  // Every tab loads anew when it sees its controller change, so nobody needs the older files.
  await self.clients.claim();
  await Promise.all((await ownCaches()).map((name) => caches.delete(name)));
}

function choose(request) {
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return null;
  if (url.pathname.startsWith('/api/')) return null;
  if (request.mode === 'navigate') {
    if (url.pathname === '/app' || url.pathname.startsWith(SHELL)) return stored(SHELL, request);
    return fetch(request).catch(() => stored(FALLBACK, request));
  }
  return PATHS.has(url.pathname) ? stored(url.pathname, request) : null;
}

async function stored(path, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}
