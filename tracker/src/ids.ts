const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

// Drawn many at once: to ask for them costs as much as all else about an event's id.
const drawn = new Uint32Array(256);
let left = 0;

/** 32 random bits as eight hexadecimal digits. */
export const noise = (): string => {
  left ||= crypto.getRandomValues(drawn).length;
  return hex(drawn[--left]!, 8);
};

/**
 * A source of UUIDv7s (RFC 9562, section 6.2, method 1): within a millisecond the 12 bits after
 * the version count up from a random start in their lower half, so that at least 2,048 follow.
 * Ids for earlier moments may come in between.
 */
export function uuid7Source(): (milliseconds: number) => string {
  let last = -1;
  let counter = 0;
  return (milliseconds) => {
    if (milliseconds > last) {
      last = milliseconds;
      counter = (Math.random() * 0x800) | 0;
    }
    counter = (counter + 1) & 0xfff;
    const time = hex(milliseconds, 12).replace(/....$/, "-$&");
    // 7 is the version, 8 the variant.
    return `${time}-7${hex(counter, 3)}-8${noise().slice(5)}-${noise()}${noise().slice(4)}`;
  };
}
