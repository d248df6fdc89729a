// Keeps the pages and the cards that were opened, for when there is no network. Never keeps a conversation.

const CACHE = "letan-1";
const SHELL = [
  "/kiosk",
  "/web/css/base.css",
  "/web/css/phone.css",
  "/web/js/phone/main.js",
  "/api/v1/i18n/en",
];
const KEPT = [/^\/web\//, /^\/(kiosk|display)?$/, /^\/[ps]\//, /^\/favicon\.ico$/, /^\/api\/v1\/(i18n\/|procedures|centre|slips\/)/];

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(SHELL))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (KEPT.some((pattern) => pattern.test(url.pathname))) event.respondWith(freshOrKept(request));
});

/** The network first, so that nothing stale is shown while there is one. */
async function freshOrKept(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    if (response.status < 500) return response;
    return (await cache.match(request)) || response;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}
