import type { Nest, Options } from "./api";
import { track } from "./tracker";

declare global {
  interface Window {
    nest?: Nest;
  }
}

/** The tag this script came from; a module's is found by the address it runs from. */
function ownTag(): Pick<HTMLScriptElement, "src" | "dataset"> {
  const [src = ""] = String(new Error().stack).match(/https?:[^\s)]+(?=:\d+:\d+)/) ?? [];
  return (
    (document.currentScript as HTMLScriptElement | null) ??
    [...document.scripts].find((script) => script.src === src) ?? { src, dataset: {} }
  );
}

try {
  // An element with the id `nest` answers to this name too.
  if (!window.nest?.track) {
    const { src, dataset } = ownTag();
    const { nestEndpoint, nestConsent, nestStart, nestFlags } = dataset;
    window.nest = track(
      {
        // In full, because the page's own base may point elsewhere; by default the script's origin.
        endpoint: new URL(nestEndpoint || "/", (!nestEndpoint && src) || location.href).href,
        consent: nestConsent,
        flags: nestFlags,
        manual: nestStart === "manual",
      } as Options,
      // Beside the script, whatever that is called here.
      () => import(/* @vite-ignore */ src.replace(/\.js(?=\?|$)/, "-more.js")),
    );
  }
} catch {
  // The page goes on without us.
}
