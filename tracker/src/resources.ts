import type { Flag } from "./api";
import { observe, place, type Note } from "./observing";

const MAX_IMAGES = 50;
const MAX_CALLS = 100;
const IMAGE = /\.(avif|gif|jpe?g|png|svg|webp)$/i;

/** Images and the page's own calls, up to so many of each. Returns what takes the last ones. */
export function watchResources(
  endpoint: string,
  flag: (name: Flag) => boolean,
  note: Note,
): () => void {
  let images = 0;
  let calls = 0;
  return observe<PerformanceResourceTiming>("resource", (entry) => {
    const { name, initiatorType, duration, responseEnd, responseStatus: status } = entry;
    const url = new URL(name);
    if (!/^http/.test(url.protocol)) return;
    if (/^(fetch|xmlhttprequest)$/.test(initiatorType)) {
      // Status 0: no answer, which also the page itself may have wanted so.
      if (!flag("api_timing") || isOwn(name, endpoint) || status === 0 || ++calls > MAX_CALLS) return;
      const details = { route: place(url), status };
      note("client_api_time", duration, responseEnd, details);
      if (status >= 500) note("client_api_error", 1, responseEnd, details, "count");
    } else if (/^ima?ge?$/.test(initiatorType) || IMAGE.test(url.pathname)) {
      if (!flag("image_timing") || status >= 400 || ++images > MAX_IMAGES) return;
      note("image_load_time", duration, responseEnd, { url: place(url) });
    }
  });
}

const isOwn = (name: string, endpoint: string): boolean =>
  name.startsWith(endpoint) && /^\/api\/(sessions|performance)\//.test(name.slice(endpoint.length));
