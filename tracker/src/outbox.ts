import { uuid7Source } from "./ids";
import type { Memory } from "./memory";

const MAX_BYTES = 60_000; // the browsers' limit for a beacon is 64 KiB
const ENVELOPE_BYTES = 500;
const MAX_EVENTS = 500;
const MAX_HELD = 5_000;
const MAX_AGE_MS = 400;
const LONGEST_WAIT_MS = 60_000;
const ANSWER_WITHIN_MS = 30_000;
const BACK_AFTER_MS = 10_000;
const FRESH_MS = 1_000;
const UNSENT = "unsent:";
const CREATE = "create";
const BATCH = "track-batch";

/** One thing the server has not confirmed yet. */
export interface Item {
  /** The last part of its address. */
  path: typeof CREATE | typeof BATCH | "save-configuration" | "finalize";
  key: string;
  session: string;
  /** By the device's clock, in milliseconds. */
  at: number;
  /** Without an eventId until it is first sent: by then the clock's offset is usually known. */
  body: Record<string, unknown>;
  /** Its id has the time of a clock nobody had corrected; of a `create`: its time was refused. */
  guessed?: boolean;
}

interface Answer {
  success?: boolean;
  serverTime?: string;
  rejected?: { index: number }[];
}

export interface Outbox {
  /** From now on things may leave, first what an earlier page could not send. */
  open(): void;
  forget(): void;
  add(item: Item): void;
  /** The connection is back: no reason to wait any longer. */
  hurry(): void;
  /** The page is hidden and may never be seen again, or lives on: answers are still heard. */
  flush(): void;
  /** The page goes: nobody hears an answer, so all of it stays on the device as well. */
  leave(): void;
}

/**
 * Holds what the server has not confirmed and sends it in order, again and again, with the same
 * ids. `offset` is what the clock must be corrected by once that is known; `told` learns it;
 * `consent` is what the page has said, if it has.
 */
export function outbox(
  endpoint: string,
  version: string,
  memory: Memory,
  offset: () => number | undefined,
  told: (offset: number) => void,
  consent: () => string | undefined,
): Outbox {
  const uuid7 = uuid7Source();
  const away = new Set<Item>(); // on their way: not to be sent again before the answer is there
  const adopted = new Set<Item>();
  let held: Item[] = [];
  let isOpen = false;
  let sending = 0;
  let failures = 0;
  let notBefore = 0;
  let timer: ReturnType<typeof setTimeout>;
  let due = Infinity;

  const keep = (item: Item): void => memory.write(UNSENT + item.key, item);

  const drop = (item: Item): void => {
    held = held.filter((other) => other !== item);
    memory.write(UNSENT + item.key);
  };

  const returned = (items: Item[]): void => items.forEach((item) => away.delete(item));

  /** Takes over what other pages left; the young without an id have a page that will send them. */
  const adopt = (): void => {
    for (const key of memory.keys(UNSENT)) {
      const item = memory.read<Item>(key);
      if (!item?.body || held.some((other) => other.key === item.key)) continue;
      if (item.body.eventId || item.path === CREATE || Date.now() - item.at > BACK_AFTER_MS) {
        adopted.add(item);
        held.push(item);
      }
    }
    held.sort((a, b) => a.at - b.at);
  };

  /** False where the page that an adopted item comes from lives on, and has sent it meanwhile. */
  const isUnsent = (item: Item): boolean => {
    const stored = adopted.has(item) ? memory.read<Item>(UNSENT + item.key) : item;
    if (stored) Object.assign(item, stored);
    else held = held.filter((other) => other !== item);
    return !!stored;
  };

  /** Looks again after so long, or sooner where that is already planned. */
  const wake = (afterMs = 0): void => {
    const at = Math.max(Date.now() + afterMs, notBefore);
    if (at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(() => {
      due = Infinity;
      if (Date.now() < notBefore) wake();
      else if (!sending) send(next(false));
    }, at - Date.now());
  };

  /**
   * What should leave next: `create` before all else, events of one session together. Where the
   * clock's offset is not known, the rest waits for the answer to `create`, unless in a hurry.
   */
  const next = (hurried: boolean): Item[] => {
    const ready = held.filter((item) => isOpen && !away.has(item) && isUnsent(item));
    const hold = !hurried && offset() === undefined && held.some(({ path }) => path === CREATE);
    const first = ready.find(({ path }) => path === CREATE) ?? (hold ? undefined : ready[0]);
    const items: Item[] = [];
    let size = ENVELOPE_BYTES;
    for (const item of first?.path === BATCH ? ready : first ? [first] : []) {
      if (item.path !== first?.path || item.session !== first.session) continue;
      name(item);
      size += bytes(JSON.stringify(item.body)) + 1;
      if (items.length && (size > MAX_BYTES || items.length >= MAX_EVENTS)) break;
      items.push(item);
      away.add(item);
    }
    return items;
  };

  /** Gives an item its id, for good; `create` has none. */
  const name = (item: Item): void => {
    if (item.body.eventId || item.path === CREATE) return;
    item.guessed = offset() === undefined;
    item.body.eventId = uuid7(timeOf(item));
    keep(item);
  };

  const timeOf = (item: Item): number => Math.round(item.at + (offset() ?? 0));

  /** As text/plain, so that another origin is asked without a preflight. */
  const post = (item: Item, body: string): Promise<Response> =>
    fetch(address(item), {
      method: "POST",
      body,
      credentials: "omit",
      keepalive: bytes(body) <= MAX_BYTES,
      signal: AbortSignal.timeout?.(ANSWER_WITHIN_MS) ?? null,
    });

  const address = (item: Item): string => `${endpoint}/api/sessions/${item.path}`;

  const text = (items: Item[], first: Item, leaving?: boolean): string =>
    JSON.stringify({
      sessionId: first.session,
      ...(first.path === BATCH ? { events: items.map((item) => item.body) } : first.body),
      // A clock that may be wrong had better not say when a page began: the server knows.
      occurredAt:
        first.path === CREATE && !first.guessed && (leaving || offset() !== undefined)
          ? timeOf(first)
          : undefined,
      sentAt: Date.now(),
      trackerVersion: version,
      consent: consent(),
    });

  const send = async (items: Item[]): Promise<void> => {
    const [first] = items;
    if (!first) return;
    sending++;
    const begun = Date.now();
    const timed = offset() !== undefined;
    let status = 0;
    let retryAfterS = 0;
    let answer: Answer = {};
    try {
      const response = await post(first, text(items, first));
      status = response.status;
      retryAfterS = Number(response.headers.get("Retry-After"));
      answer = await response.json();
    } catch {
      // Nobody answered, or not in JSON: status and answer tell which.
    }
    sending--;
    returned(items);
    const refused = status >= 400 && status < 500 && status !== 408 && status !== 429;
    if (refused || answer.success) {
      settle(items, refused, answer);
      if (answer.serverTime) setClock(first, answer.serverTime, begun, timed);
      if (failures) adopt(); // what other tabs could not send before they were closed
      failures = 0;
    } else {
      const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures++) * (0.5 + Math.random());
      notBefore = Date.now() + Math.max(retryAfterS * 1000 || 0, wait);
    }
    wake();
  };

  const settle = (items: Item[], refused: boolean, { rejected }: Answer): void =>
    items.forEach((item, index) => {
      const no = refused || rejected?.some((rejection) => rejection.index === index);
      const opening = item.path === CREATE;
      // Refused perhaps for its time alone: once more, with another.
      if (no && opening !== !!item.guessed && (opening || offset() !== undefined)) {
        item.guessed = opening;
        delete item.body.eventId;
        name(item);
      } else drop(item);
    });

  const setClock = (create: Item, serverTime: string, begun: number, timed: boolean): void => {
    const server = new Date(serverTime).getTime();
    const now = Date.now();
    const correction = server - (begun + now) / 2;
    const before = offset();
    // Measured anew each time, but events keep their order only if little errors change nothing.
    if (!(Math.abs(correction - (before ?? Infinity)) <= FRESH_MS + now - begun)) told(correction);
    if (timed || create.guessed) return;
    const later = held.filter(({ session }) => session === create.session);
    if (begun - create.at > FRESH_MS || later.some(({ body }) => body.type !== "page_view")) {
      // It counts from when it arrived. The visitor was faster, so say when it really was.
      held.unshift(create);
      keep(create);
    } else
      for (const view of later) {
        view.at = Math.max(view.at, server + 1 - correction);
        keep(view);
      }
  };

  return {
    open() {
      isOpen = true;
      held.forEach(keep);
      adopt();
      wake();
    },
    forget() {
      isOpen = false;
      held = [];
    },
    add(item) {
      if (held.length >= MAX_HELD) return;
      // What cannot be written as JSON fails here, not later where it would block the rest.
      const copy: Item = JSON.parse(JSON.stringify(item));
      held.push(copy);
      keep(copy);
      wake(held.length < MAX_EVENTS ? MAX_AGE_MS : 0);
    },
    hurry() {
      notBefore = 0;
      wake();
    },
    flush() {
      if (Date.now() < notBefore) return;
      for (let items; (items = next(true)).length;) send(items);
    },
    leave() {
      const gone: Item[] = [];
      for (let items; (items = next(true)).length; gone.push(...items)) {
        const [first] = items as [Item];
        const body = text(items, first, true);
        if (!navigator.sendBeacon?.(address(first), body)) post(first, body).catch(() => {});
      }
      // Runs only if the page comes back from the browser's cache.
      setTimeout(() => {
        returned(gone);
        wake();
      }, BACK_AFTER_MS);
    },
  };
}

const bytes = (text: string): number => new TextEncoder().encode(text).length;
