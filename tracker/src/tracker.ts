import type { Configuration, EventDetails, Flags, Nest, Options } from "./api";
import { activeTime } from "./attention";
import { watchAttributes } from "./attributes";
import { entry, objected, viewport } from "./browser";
import { noise } from "./ids";
import { deviceMemory, PREFIX, type Session } from "./memory";
import { outbox, type Item } from "./outbox";
import { nothing, on, quietly } from "./quiet";

declare const __VERSION__: string;

const IDLE_AFTER_S = 1_800;
const LONGEST_MS = 24 * 3_600_000;
const MAX_PATH = 100;
const SESSION = "session";

/** What the second file adds: measurements of the page, scroll depth and hovers. */
export interface More {
  /** Returns what is to be called when the page is hidden or left. */
  begin(
    track: Nest["track"],
    /** An event's id for a moment by the device's clock. */
    id: (at: number) => string,
    /** Tells what is made for the session's id, where the visitor has not said no meanwhile. */
    measure: (metrics: (sessionId: string) => Metric[]) => void,
    endpoint: string,
    wanted: Options["flags"],
    /** What the server has said of them. */
    flags: () => Flags | undefined,
  ): () => void;
}

export interface Metric {
  eventId: string;
  sessionId: string;
  metricName: string;
  value: number;
  unit: string;
  additionalData: Record<string, unknown>;
}

/** Starts tracking this page; `load` brings the second part. */
export function track(options: Options, load: () => Promise<More>): Nest {
  const memory = deviceMemory();
  const active = activeTime();
  // A misspelt answer is not taken for a yes.
  let consent = objected() ? "none" : (clear(options.consent ?? "all") ?? "ask");
  let said = !!options.consent;
  /** There is none after a no. */
  let session: Session | undefined;
  let started = false;
  let page = "";
  let sequence = 0;
  let added = 0;
  let lastSelection = 0;
  /** What the page shows: the last configuration told, with later selections laid over it. */
  let shown: Configuration | undefined;
  let unsaved = false;
  /** Of the second part, once it has been asked for. */
  let finish: (() => void) | undefined;
  const endpoint = (options.endpoint ?? location.origin).replace(/\/$/, "");

  const unsent = outbox(
    endpoint,
    __VERSION__,
    memory,
    () => session?.offset,
    ({ flags, idleAfterS }, offset) => {
      if (!session) return;
      Object.assign(session, { offset, flags: flags ?? {}, idleAfterS });
      memory.write(SESSION, session);
      measure();
    },
    () => (said ? consent : undefined),
  );

  const add = (
    path: Item["path"],
    body: Item["body"],
    { id, active }: Session,
    laterMs = 0,
  ): void =>
    unsent.add({ path, key: `${page}.${++added}`, session: id, at: active + laterMs, body });

  /** Loads the second part, once the server has answered and the page is complete. */
  const measure = (): void => {
    if (finish || !session?.flags) return;
    finish = nothing;
    const begin = (): unknown =>
      load()
        .then((more) => {
          finish = more.begin(
            nest.track,
            unsent.id,
            (metrics) => {
              if (session)
                add("performance/track", { metrics: metrics(session.id) }, session);
            },
            endpoint,
            options.flags,
            () => session?.flags,
          );
        })
        .catch(nothing);
    if (document.readyState === "complete") begin();
    else on(window, "load", begin);
  };

  /** The session of this moment: another tab's newer one, or a new one after a long pause. */
  const enter = (): Session => {
    const now = Date.now();
    let current = memory.read<Session>(SESSION) ?? session;
    const pause = now - (current?.active ?? 0);
    const longest = (current?.idleAfterS ?? IDLE_AFTER_S) * 1000;
    if (!current || pause > longest || now - current.begun > LONGEST_MS)
      current = {
        // Begins with the second, so that sessions of a time lie side by side on the server.
        id: Math.round(now / 1000).toString(36) + noise() + noise(),
        begun: now,
        active: now,
      };
    const fresh = current.id !== session?.id;
    session = current;
    session.active = now;
    session.known = shown ?? session.known;
    // Nothing here is as slow as to write, and a hundredth of the pause is exact enough.
    if (fresh || pause > longest / 100) memory.write(SESSION, session);
    if (fresh) {
      page = noise();
      sequence = 0;
      add("sessions/create", { ...entry(), configuration: shown }, session);
    }
    measure();
    return session;
  };

  const put = (path: Item["path"], body: Item["body"]): void => {
    if (consent === "none") return;
    nest.start();
    const current = enter();
    if (body.type) Object.assign(body, { page, sequence: ++sequence, viewport: viewport() });
    add(path, body, current);
  };

  const nest: Nest = {
    start(configuration) {
      if (started) return;
      if (configuration) shown = { ...configuration };
      if (consent === "none") return;
      started = true;
      const before = memory.read<Session>(SESSION);
      const { id } = enter();
      // A session keeps its first configuration: where a later page shows another, a save says so.
      if (configuration && before?.id === id && canonical(before.known) !== canonical(shown))
        nest.save(configuration);
      nest.pageView();
    },
    track(type, details) {
      put("sessions/track-batch", { type, category: "page", ...details });
    },
    selection(category, value, details: EventDetails = {}) {
      nest.start();
      const { quantity, squareMeters, cause = "user" } = details;
      const before = shown?.[category] as { value?: unknown } | undefined;
      const previous = before?.value ?? before;
      const spent = cause === "user" ? Math.round(active() - lastSelection) : undefined;
      lastSelection += spent ?? 0;
      nest.track("selection", {
        category,
        value,
        previousValue: typeof previous === "string" ? previous : undefined,
        timeSpent: spent,
        ...details,
      });
      const measured = (quantity ?? squareMeters) !== undefined;
      const choice = measured ? { value, quantity, squareMeters } : value;
      shown = { ...shown, [category]: value && (choice as Configuration[string])! };
      unsaved = true;
    },
    save(configuration, trigger = "auto_save", clientPrice) {
      shown = { ...configuration };
      unsaved = false;
      put("sessions/save-configuration", { configuration, trigger, clientPrice });
    },
    convert({ orderId, configuration } = {}) {
      put("sessions/finalize", {
        conversionStatus: "converted",
        orderId,
        finalConfiguration: configuration,
        exitPage: location.pathname,
      });
    },
    pageView(path = location.pathname) {
      nest.track("page_view", { value: path.slice(0, MAX_PATH) });
    },
    consent(answer) {
      if (answer === consent || objected() || !clear(answer)) return;
      memory.allow(true);
      const begin = consent === "none";
      consent = answer;
      said = true;
      if (answer === "none") {
        unsent.forget();
        memory.keys("").forEach((key) => memory.write(key));
        memory.allow(false);
        session = undefined;
        started = false;
      } else {
        memory.write(SESSION, session);
        unsent.open();
        if (begin) nest.start();
      }
    },
    sessionId: () => session?.id,
  };

  const leave = (): void => {
    finish?.();
    // Right after the last activity: to leave a page after a long pause begins no new session.
    if (unsaved && session)
      add("sessions/save-configuration", { configuration: shown, trigger: "page_exit" }, session, 1);
    unsaved = false;
    const stored = memory.read<Session>(SESSION);
    if (stored && stored.id === session?.id)
      memory.write(SESSION, { ...stored, known: shown ?? stored.known });
    unsent.leave();
  };

  for (const name of Object.keys(nest) as (keyof Nest)[]) {
    const call = nest[name] as (...values: unknown[]) => never;
    nest[name] = (...values: unknown[]) => quietly(call, ...values)!;
  }

  quietly(() => {
    memory.allow(consent !== "none");
    // A session on the device is there because somebody has said yes before.
    if (consent === "ask" && !memory.read(SESSION)) memory.allow(false);
    else if (consent !== "none") {
      consent = "all";
      unsent.open();
    }
    on(window, "pagehide", leave);
    on(window, "online", unsent.hurry);
    // The visitor has said no in another tab.
    on<StorageEvent>(window, "storage", ({ key, newValue }) => {
      if (key === PREFIX + SESSION && !newValue) nest.consent("none");
    });
    on(document, "visibilitychange", () => {
      if (!document.hidden) return;
      finish?.();
      unsent.flush();
    });
    watchAttributes(nest);
    if (!options.manual) nest.start();
  });
  return nest;
}

const clear = (said: string): string | undefined => (/^(all|none)$/.test(said) ? said : undefined);

const canonical = (configuration: Configuration = {}): string =>
  JSON.stringify(
    Object.entries(configuration)
      .filter(([, choice]) => choice)
      .sort(),
  );
