// Hybrid-36 integers: fixed-width fields that go on with letters after 9999 or 99999 (Grosse-Kunstleve).

const upperDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Reads a field of fixed width; null when it is no number in either notation. */
export function decodeHybrid36(field: string, width: number): number | null {
  const text = field.trim();
  if (text === "") return null;
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  if (text.length !== width || !/^([A-Z][0-9A-Z]*|[a-z][0-9a-z]*)$/.test(text)) return null;
  const isUpper = /^[A-Z]/.test(text);
  let value = 0;
  for (const digit of text.toUpperCase()) value = value * 36 + upperDigits.indexOf(digit);
  const letters = 26 * 36 ** (width - 1);
  const offset = 10 ** width - 10 * 36 ** (width - 1);
  return value + offset + (isUpper ? 0 : letters);
}

/** Writes a number into a field of fixed width; null when it does not fit. */
export function encodeHybrid36(value: number, width: number): string | null {
  const decimal = String(value);
  if (decimal.length <= width) return decimal.padStart(width);
  if (value < 0) return null;
  const letters = 26 * 36 ** (width - 1);
  let rest = value - 10 ** width;
  const isUpper = rest < letters;
  if (!isUpper) rest -= letters;
  if (rest >= letters) return null;
  rest += 10 * 36 ** (width - 1);
  let text = "";
  for (let digit = 0; digit < width; digit++) {
    text = upperDigits[rest % 36]! + text;
    rest = Math.floor(rest / 36);
  }
  return isUpper ? text : text.toLowerCase();
}
