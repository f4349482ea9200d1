import type { Flags } from "./api";
import { uuid7Source } from "./ids";
import type { Memory } from "./memory";
import { nothing, quietly } from "./quiet";

// The browsers' limit for a beacon is 64 KiB. As no event is shorter than 150 bytes, it also keeps
// a batch below the 500 events that the server takes.
const MAX_BYTES = 60_000;
const ENVELOPE_BYTES = 500;
const MANY = 300;
const MAX_HELD = 2_000; // of 300 bytes or so: an eighth of what a page may keep on the device
const MAX_AGE_MS = 400;
const LONGEST_WAIT_MS = 60_000;
const ANSWER_WITHIN_MS = 30_000;
const BACK_AFTER_MS = 10_000;
const GONE_AFTER_MS = 3_600_000;
const MAX_RETRY_AFTER_S = 3_600;
const MAX_KEPT_MS = 7 * 86_400_000; // what is older the server refuses
const FRESH_MS = 1_000;
const UNSENT = "unsent:";
const CREATE = "sessions/create";
const BATCH = "sessions/track-batch";

/** One thing the server has not confirmed yet. */
export interface Item {
  /** The last part of its address. */
  path:
    | typeof CREATE
    | typeof BATCH
    | "sessions/save-configuration"
    | "sessions/finalize"
    | "performance/track";
  key: string;
  session: string;
  /** By the device's clock, in milliseconds. */
  at: number;
  /** Without an eventId while the clock's offset is not known, at the longest until it is sent. */
  body: Record<string, unknown>;
  /** Its page is gone, or may be: whoever finds it sends it, unless another has done so. */
  left?: boolean;
  /** Its id has the time of a clock nobody had corrected; of a `create`: its time was refused. */
  guessed?: boolean;
}

export interface Answer {
  success?: boolean;
  serverTime?: string;
  flags?: Flags;
  idleAfterS?: number;
  rejected?: { index: number }[];
}

export interface Outbox {
  /** An id for something of that time, by the device's clock. */
  id(at: number): string;
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
 * ids. `offset` is what the clock must be corrected by once that is known; `told` learns it, and
 * what else the answer to `create` says; `consent` is what the page has said, if it has.
 */
export function outbox(
  endpoint: string,
  version: string,
  memory: Memory,
  offset: () => number | undefined,
  told: (answer: Answer, offset: number) => void,
  consent: () => string | undefined,
): Outbox {
  const uuid7 = uuid7Source();
  const away = new Set<Item>(); // on their way: not to be sent again before the answer is there
  let held: Item[] = [];
  let isOpen = false;
  let flying = 0; // bytes
  let failures = 0;
  let notBefore = 0;
  let timer: ReturnType<typeof setTimeout>;
  let due = Infinity;

  const keep = (item: Item): void => memory.write(UNSENT + item.key, item);

  const returned = (items: Item[]): void => items.forEach((item) => away.delete(item));

  /** Takes over what other pages left; the young have a page that will send them. */
  const adopt = (): void => {
    const known = new Set(held.map(({ key }) => key));
    for (const key of memory.keys(UNSENT)) {
      const item = memory.read<Item>(key);
      if (!item?.body || known.has(item.key)) continue;
      const age = Date.now() - item.at;
      if (age > MAX_KEPT_MS) memory.write(key);
      // Two pages must never give one thing two ids.
      else if (
        item.left ||
        item.path === CREATE ||
        age > (item.body.eventId ? BACK_AFTER_MS : GONE_AFTER_MS)
      ) {
        item.left = true;
        held.push(item);
      }
    }
    held.sort((a, b) => a.at - b.at);
    wake();
  };

  const isUnsent = (item: Item): unknown => {
    if (!item.left || away.has(item)) return true;
    const stored = memory.read<Item>(UNSENT + item.key);
    return stored && Object.assign(item, stored);
  };

  /** Looks again after so long, or sooner where that is already planned. */
  const wake = (afterMs = 0): void => {
    const at = Math.max(now() + afterMs, notBefore);
    if (at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(() => {
      due = Infinity;
      if (!away.size) send(next(false));
    }, at - now());
  };

  /**
   * What should leave next: `create` before all else, events of one session together. Where the
   * clock's offset is not known, the rest waits for the answer to `create`, unless in a hurry.
   */
  const next = (hurried: boolean): Item[] => {
    held = held.filter(isUnsent);
    const ready = held.filter((item) => isOpen && !away.has(item));
    const hold = !hurried && offset() === undefined && held.some(({ path }) => path === CREATE);
    const first = ready.find(({ path }) => path === CREATE) ?? (hold ? undefined : ready[0]);
    const items: Item[] = [];
    let size = ENVELOPE_BYTES;
    for (const item of ready) {
      const together = item.path === BATCH && item.path === first?.path;
      if (item !== first && !(together && item.session === first.session)) continue;
      if (!item.body.eventId) {
        name(item);
        keep(item);
      }
      size += bytes(JSON.stringify(item.body)) + 1;
      if (items.length && size > MAX_BYTES) break;
      items.push(item);
      away.add(item);
    }
    return items;
  };

  /** Gives an item its id, for good; `create` has none. */
  const name = (item: Item): void => {
    if (item.path === CREATE) return;
    item.guessed = offset() === undefined;
    item.body.eventId = uuid7(timeOf(item.at));
  };

  const timeOf = (at: number): number => Math.round(at + (offset() ?? 0));

  /** As text/plain, so that another origin is asked without a preflight. */
  const post = async (item: Item, body: string): Promise<Response> => {
    const size = bytes(body);
    flying += size;
    try {
      return await fetch(address(item), {
        method: "POST",
        body,
        credentials: "omit",
        // The browsers' limit is for all that outlives the page together.
        keepalive: flying <= MAX_BYTES,
        signal: AbortSignal.timeout?.(ANSWER_WITHIN_MS) ?? null,
      });
    } finally {
      flying -= size;
    }
  };

  const address = (item: Item): string => `${endpoint}/api/${item.path}`;

  const text = (items: Item[], first: Item, leaving?: boolean): string =>
    JSON.stringify({
      sessionId: first.session,
      ...(first.path === BATCH ? { events: items.map((item) => item.body) } : first.body),
      // A clock that may be wrong had better not say when a page began: the server knows.
      occurredAt:
        first.path === CREATE && !first.guessed && (leaving || offset() !== undefined)
          ? timeOf(first.at)
          : undefined,
      sentAt: Date.now(),
      trackerVersion: version,
      consent: consent(),
    });

  const send = async (items: Item[]): Promise<void> => {
    const [first] = items;
    if (!first) return;
    const begun = Date.now();
    const timed = offset() !== undefined;
    let refused = false;
    let answer: Answer = {};
    try {
      const response = await post(first, text(items, first));
      // Not 404 and the like: whatever stands before the server says so while that is away.
      refused = [400, 413, 415].includes(response.status);
      const retryAfterS = Number(response.headers.get("Retry-After")) || 0;
      notBefore = now() + Math.min(retryAfterS, MAX_RETRY_AFTER_S) * 1000;
      answer = await response.json();
    } catch {
      // Nobody answered, or not in JSON.
    }
    if (!away.has(first)) return; // forgotten meanwhile
    returned(items);
    if (refused || answer.success) {
      settle(items, refused, answer);
      if (answer.serverTime) setClock(first, answer, begun, timed);
      if (failures) adopt(); // what other tabs could not send before they were closed
      failures = 0;
    } else {
      const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures++) * (0.5 + Math.random());
      due = Infinity; // what was planned is too early now
      notBefore = Math.max(notBefore, now() + wait);
    }
    wake();
  };

  const settle = (items: Item[], refused: boolean, { rejected }: Answer): void => {
    const done = new Set(items);
    items.forEach((item, index) => {
      const no = refused || rejected?.some((rejection) => rejection.index === index);
      const opening = item.path === CREATE;
      // Refused perhaps for its time alone: once more, with another.
      if (no && opening !== !!item.guessed && (opening || offset() !== undefined)) {
        item.guessed = opening;
        name(item);
        keep(item);
        done.delete(item);
      }
    });
    held = held.filter((item) => !done.has(item));
    done.forEach(({ key }) => memory.write(UNSENT + key));
  };

  const setClock = (create: Item, answer: Answer, begun: number, timed: boolean): void => {
    const server = Date.parse(answer.serverTime!);
    const ended = Date.now();
    const correction = server - (begun + ended) / 2;
    const before = offset() ?? 0;
    // Measured anew each time, but events keep their order only if little errors change nothing;
    // a device whose clock may be right, as exactly as this can be measured, is right.
    const error = (ended - begun) / 2 + (timed ? FRESH_MS : 0);
    told(answer, Math.abs(correction - before) <= error ? before : correction);
    if (timed || create.guessed) return;
    const later = held.filter(({ session }) => session === create.session);
    if (begun - create.at > FRESH_MS || later.some(({ body }) => body.type !== "page_view")) {
      // It counts from when it arrived. The visitor was faster, so say when it really was.
      held.unshift(create);
      keep(create);
    } else
      for (const view of later) {
        view.at = Math.max(view.at, server + 1 - (offset() ?? correction));
        keep(view);
      }
  };

  return {
    id: (at) => uuid7(timeOf(at)),
    open() {
      isOpen = true;
      held.forEach(keep);
      adopt();
      setTimeout(adopt, BACK_AFTER_MS);
    },
    forget() {
      isOpen = false;
      held = [];
      away.clear();
    },
    add(item) {
      if (held.length >= MAX_HELD) return;
      // What cannot be written as JSON fails here, not later where it would block the rest.
      const copy: Item = JSON.parse(JSON.stringify(item));
      if (offset() !== undefined) name(copy);
      held.push(copy);
      keep(copy);
      wake(held.length < MANY ? MAX_AGE_MS : 0);
    },
    hurry() {
      notBefore = 0;
      wake();
    },
    flush() {
      if (now() < notBefore) return;
      for (let items; (items = next(true)).length;) send(items);
    },
    leave() {
      const batches: Item[][] = [];
      for (let items; (items = next(true)).length;) batches.push(items);
      for (const item of away) {
        item.left = true;
        keep(item);
      }
      for (const items of batches) {
        const [first] = items as [Item];
        const body = text(items, first, true);
        if (!quietly(() => navigator.sendBeacon(address(first), body)))
          post(first, body).catch(nothing);
      }
      // Runs only if the page comes back from the browser's cache.
      setTimeout(() => {
        batches.forEach(returned);
        wake();
      }, BACK_AFTER_MS);
    },
  };
}

const now = (): number => performance.now();

const bytes = (text: string): number => new TextEncoder().encode(text).length;
