import type { Configuration, EventDetails, Nest, Options } from "./api";
import { activeTime, watchScroll } from "./attention";
import { watchAttributes } from "./attributes";
import { entry, objected, viewport } from "./browser";
import { randomId } from "./ids";
import { deviceMemory, type Session } from "./memory";
import { outbox, type Item } from "./outbox";

declare const __VERSION__: string;

const IDLE_MS = 30 * 60_000;
const LONGEST_MS = 24 * 3_600_000;
const MAX_PATH = 100;
const SESSION = "session";

/** A page must never notice that something is wrong here; a gap in the sequence shows it. */
export function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Starts tracking this page. */
export function start(options: Options = {}): Nest {
  const memory = deviceMemory();
  const active = activeTime();
  // A misspelt answer is not taken for a yes.
  let consent = objected() ? "none" : (clear(options.consent ?? "all") ?? "ask");
  let said = !!options.consent;
  let session: Session | undefined;
  let started = false;
  let page = "";
  let sequence = 0;
  let added = 0;
  let lastSelection = 0;
  /** What the page shows: the last configuration told, with later selections laid over it. */
  let shown: Configuration | undefined;
  let unsaved = false;

  const unsent = outbox(
    options.endpoint ?? location.origin,
    __VERSION__,
    memory,
    () => session?.offset,
    (offset) => {
      if (!session || Number.isNaN(offset)) return;
      session.offset = offset;
      memory.write(SESSION, session);
    },
    () => (said ? consent : undefined),
  );

  const add = (path: Item["path"], body: Item["body"], { id, active }: Session): void =>
    unsent.add({ path, key: `${page}.${++added}`, session: id, at: active, body });

  /** The session of this moment: another tab's newer one, or a new one after a long pause. */
  const enter = (): Session => {
    const now = Date.now();
    let current = memory.read<Session>(SESSION) ?? session;
    if (!current || now - current.active > IDLE_MS || now - current.begun > LONGEST_MS)
      current = { id: randomId(16), begun: now, active: now };
    const fresh = current.id !== session?.id;
    session = current;
    session.active = now;
    session.known = shown ?? session.known;
    memory.write(SESSION, session);
    if (fresh) {
      page = randomId(9);
      sequence = 0;
      add("create", { ...entry(), configuration: shown }, session);
    }
    return session;
  };

  const put = (path: Item["path"], body: Item["body"]): void => {
    if (consent === "none") return;
    nest.start();
    const current = enter();
    if (path === "track-batch")
      Object.assign(body, { page, sequence: ++sequence, viewport: viewport() });
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
      put("track-batch", { type, category: "page", ...details });
    },
    selection(category, value, details: EventDetails = {}) {
      nest.start();
      const { quantity, squareMeters, cause = "user" } = details;
      const before = shown?.[category];
      const previous = typeof before === "object" ? before?.value : before;
      const spent = active() - lastSelection;
      const byVisitor = cause === "user";
      if (byVisitor) lastSelection += spent;
      nest.track("selection", {
        category,
        value: value ?? undefined,
        previousValue: typeof previous === "string" ? previous : undefined,
        timeSpent: byVisitor ? Math.round(spent) : undefined,
        ...details,
      });
      const measured = (quantity ?? squareMeters) !== undefined;
      const choice = measured
        ? ({ value, quantity, squareMeters } as Configuration[string])
        : value;
      shown = { ...shown, [category]: value === null ? null : choice! };
      unsaved = true;
    },
    save(configuration, trigger = "auto_save", clientPrice) {
      shown = { ...configuration };
      unsaved = false;
      put("save-configuration", { configuration, trigger, clientPrice });
    },
    convert({ orderId, configuration } = {}) {
      put("finalize", {
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
        if (session) memory.write(SESSION, session);
        unsent.open();
        if (begin) nest.start();
      }
    },
    sessionId: () => session?.id,
  };

  const leave = (): void => {
    if (unsaved && shown) nest.save(shown, "page_exit");
    unsent.leave();
  };

  for (const name of Object.keys(nest) as (keyof Nest)[]) {
    const call = nest[name] as (...values: unknown[]) => unknown;
    Object.assign(nest, { [name]: (...values: unknown[]) => quietly(() => call(...values)) });
  }

  quietly(() => {
    memory.allow(consent !== "none");
    // A session on the device is there because somebody has said yes before.
    if (consent === "ask" && !memory.read(SESSION)) memory.allow(false);
    else if (consent !== "none") {
      consent = "all";
      unsent.open();
    }
    const on = (target: EventTarget, type: string, heard: () => void): void =>
      target.addEventListener(type, () => quietly(heard));
    on(window, "pagehide", leave);
    on(window, "online", unsent.hurry);
    on(document, "visibilitychange", () => document.hidden && unsent.flush());
    watchScroll((percent) => started && nest.track("scroll", { value: String(percent) }));
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
