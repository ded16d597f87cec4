// The kill switch: sent as /sw.js, it removes the service worker and its caches. Edits that wait to
// sync live in IndexedDB and are not touched.

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(leave()));

async function leave() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith('huike-')).map((name) => caches.delete(name)));
  await self.registration.unregister();
}
