import { useCallback, useEffect, useRef, useState } from "react";

export interface Playback {
  /** Milliseconds since the session's start. */
  nowMs: number;
  /** The last step until now; -1 before the first. */
  current: number;
  isPlaying: boolean;
  speed: number;
  /** A long pause is being passed over. */
  isShortened: boolean;
  seek: (ms: number) => void;
  /** To the step before or after. */
  step: (by: 1 | -1) => void;
  toggle: () => void;
  setSpeed: (speed: number) => void;
}

export const SPEEDS = [1, 8, 30] as const;
/** Of a longer pause only so much is played. */
const LONGEST_PAUSE_MS = 20_000;
const SHORTENED_SHOWN_MS = 1200;

/** A session's time: it runs, jumps and stops. `times` are those of its steps, ascending. */
export function usePlayback(
  times: readonly number[],
  lengthMs: number,
  firstMs = 0,
): Playback {
  const [nowMs, setNow] = useState(firstMs);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<number>(8);
  const [isShortened, setShortened] = useState(false);
  const now = useRef(firstMs);
  const go = useCallback(
    (ms: number) => {
      now.current = Math.min(Math.max(ms, 0), lengthMs);
      setNow(now.current);
    },
    [lengthMs],
  );
  useEffect(() => {
    if (!isPlaying) return;
    const onward = (ms: number): void => {
      const next = afterPause(times, lengthMs, now.current, ms);
      if (next.isShortened) setShortened(true);
      go(next.ms);
      if (next.ms >= lengthMs) setPlaying(false);
    };
    return runs(onward, () => nextOf(times, lengthMs, now.current) - now.current, speed);
  }, [isPlaying, speed, times, lengthMs, go]);
  useEffect(() => {
    if (!isShortened) return;
    const timer = setTimeout(() => setShortened(false), SHORTENED_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isShortened, nowMs]);
  return {
    nowMs,
    current: times.findLastIndex((at) => at <= nowMs),
    isPlaying,
    speed,
    isShortened,
    seek: go,
    step: (by) => {
      setPlaying(false);
      // What was just set, also where it is not drawn yet.
      const from = now.current;
      go(by > 0 ? nextOf(times, lengthMs, from) : (times.findLast((at) => at < from) ?? 0));
    },
    toggle: () => {
      if (!isPlaying && now.current >= lengthMs) go(0);
      setPlaying(!isPlaying);
    },
    setSpeed,
  };
}

const nextOf = (times: readonly number[], lengthMs: number, now: number): number =>
  times.find((at) => at > now) ?? lengthMs;

/** Onward by so much; once enough of a pause has been played, to its end. */
function afterPause(
  times: readonly number[],
  lengthMs: number,
  now: number,
  ms: number,
): { ms: number; isShortened: boolean } {
  const began = times.findLast((at) => at <= now) ?? 0;
  const ends = nextOf(times, lengthMs, now);
  if (now + ms >= ends) return { ms: Math.min(ends, lengthMs), isShortened: false };
  const isEnough = now + ms - began >= LONGEST_PAUSE_MS;
  return isEnough ? { ms: ends, isShortened: true } : { ms: now + ms, isShortened: false };
}

/** Calls `onward` with the session's milliseconds that pass. With reduced motion only at steps. */
function runs(onward: (ms: number) => void, toNext: () => number, speed: number): () => void {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return steps(onward, toNext, speed);
  let frame = 0;
  let before = performance.now();
  const tick = (time: number): void => {
    onward((time - before) * speed);
    before = time;
    frame = requestAnimationFrame(tick);
  };
  frame = requestAnimationFrame(tick);
  return () => cancelAnimationFrame(frame);
}

function steps(onward: (ms: number) => void, toNext: () => number, speed: number): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (): void => {
    const left = toNext();
    timer = setTimeout(
      () => {
        onward(left);
        if (toNext() > 0) wait();
      },
      Math.min(left, LONGEST_PAUSE_MS) / speed,
    );
  };
  wait();
  return () => clearTimeout(timer);
}
