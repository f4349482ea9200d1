const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));

/** Random bytes in the base64url alphabet: 16 bytes are 22 characters. */
export const randomId = (bytes: number): string =>
  btoa(String.fromCharCode(...random(bytes)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=/g, "");

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

/**
 * A source of UUIDv7s (RFC 9562, section 6.2, method 1): within a millisecond the 12 bits after
 * the version count up from a random start in their lower half, so that at least 2,048 follow.
 */
export function uuid7Source(): (milliseconds: number) => string {
  let last = -1;
  let counter = 0;
  return (milliseconds) => {
    const noise = Array.from(random(10), (byte) => hex(byte, 2)).join("");
    counter =
      milliseconds === last && counter < 0xfff
        ? counter + 1
        : parseInt(noise.slice(0, 3), 16) & 0x7ff;
    last = milliseconds;
    const time = hex(milliseconds, 12);
    const variant = "89ab"[Math.floor(Math.random() * 4)];
    const version = `7${hex(counter, 3)}-${variant}${noise.slice(5, 8)}`;
    return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${noise.slice(8)}`;
  };
}
