import type { Nest, Options } from "./api";
import { start } from "./tracker";

declare global {
  interface Window {
    nest?: Nest;
  }
}

/** The script tag's own attributes say how; without them, its own origin is the endpoint. */
function options(): Options {
  const tag = document.currentScript as HTMLScriptElement | null;
  const { nestEndpoint, nestConsent, nestStart } = tag?.dataset ?? {};
  return {
    endpoint: nestEndpoint || new URL(tag?.src || location.href).origin,
    ...(nestConsent && { consent: nestConsent as NonNullable<Options["consent"]> }),
    manual: nestStart === "manual",
  };
}

try {
  // An element with the id `nest` answers to this name too.
  if (!window.nest?.track) window.nest = start(options());
} catch {
  // The page goes on without us.
}
