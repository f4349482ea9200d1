import { quietly } from "./quiet";

export const viewport = () => ({ width: innerWidth, height: innerHeight });

/** How and whence the visitor comes, without what an address may tell of a person. */
export function entry(): Record<string, unknown> {
  const { userAgent, maxTouchPoints } = navigator;
  const parameters = new URLSearchParams(location.search);
  const utm = (name: string): string | null => parameters.get("utm_" + name);
  return {
    deviceInfo: {
      // An iPad calls itself a Mac; all others the server can tell by their user agent.
      type: /Macintosh/.test(userAgent) && maxTouchPoints > 1 ? "tablet" : undefined,
      userAgent,
      viewport: viewport(),
    },
    utm: { source: utm("source"), medium: utm("medium"), campaign: utm("campaign") },
    referrer: document.referrer.replace(/[?#].*/, ""),
  };
}

/** Global Privacy Control, Do Not Track, or somebody of the shop: nothing is sent or written,
 * whatever is called. */
export function objected(): boolean | undefined {
  // Said as "1"; compared as a number, and looked up in place, it is a few bytes less.
  const it = navigator as unknown as { globalPrivacyControl?: boolean; doNotTrack: number };
  return quietly(
    () =>
      it.globalPrivacyControl ||
      it.doNotTrack > 0 ||
      // A frame without an origin of its own may not even ask for cookies.
      /nest_internal=[^0;]/.test(document.cookie),
  );
}
