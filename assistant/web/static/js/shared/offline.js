// Keeps what this page has just loaded, so that it opens without a network from the first visit on.

const CACHE = "letan-1";
const KEPT = [/^\/web\//, /^\/api\/v1\/(i18n\/|procedures|centre|slips\/)/];

/** Register the service worker and put this page and what it loaded into its cache. */
export async function keepForOffline() {
  if (!("serviceWorker" in navigator) || !("caches" in window)) return;
  try {
    await navigator.serviceWorker.register("/sw.js");
    await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
    const own = loaded.filter((url) => url.origin === location.origin && KEPT.some((path) => path.test(url.pathname)));
    const cache = await caches.open(CACHE);
    const addresses = new Set([location.pathname + location.search, ...own.map((url) => url.pathname + url.search)]);
    await Promise.allSettled([...addresses].map((address) => cache.add(address)));
    document.documentElement.dataset.offline = "ready";
  } catch {
    // A browser that refuses storage still shows the page; only the offline copy is missing.
  }
}
