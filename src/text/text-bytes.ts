// Text that stays bytes: numbers and names out of ranges of a file, so that no string ever holds the whole of it.

export interface TextBytes {
  readonly bytes: Uint8Array;
  /** First byte after a byte order mark. */
  readonly begin: number;
  /** Text of a range: UTF-8, or Latin-1 where the file as a whole is not UTF-8. */
  decode(begin: number, end: number): string;
  /** As decode; equal texts are the same string. Meant for names: each different text is kept. */
  intern(begin: number, end: number): string;
}

/** Ranges of at most this length have a key of two integers and are looked up without making a string. */
const keyBytes = 8;
const cacheSlots = 4096;
/** One call of the decoder gets at most this much while the encoding is found out. */
const pieceBytes = 1 << 22;

/** Longer ranges are decoded faster by the decoder than letter by letter. */
const shortBytes = 16;
const asciiDecoder = new TextDecoder("latin1");

function isAscii(bytes: Uint8Array, begin: number, end: number): boolean {
  for (let at = begin; at < end; at++) if (bytes[at]! >= 128) return false;
  return true;
}

/** Wraps bytes, or the UTF-8 form of a string. */
export function textBytes(content: Uint8Array | string): TextBytes {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const begin = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let wide: TextDecoder | undefined;
  const decode = (from: number, to: number): string => {
    if (!isAscii(bytes, from, to)) {
      wide ??= decoderOf(bytes);
      return wide.decode(bytes.subarray(from, to));
    }
    if (to - from > shortBytes) return asciiDecoder.decode(bytes.subarray(from, to));
    let text = "";
    for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at]!);
    return text;
  };
  return { bytes, begin, decode, intern: createInterner(bytes, decode) };
}

function createInterner(
  bytes: Uint8Array,
  decode: (begin: number, end: number) => string,
): (begin: number, end: number) => string {
  const known = new Map<string, string>();
  const low = new Int32Array(cacheSlots);
  const high = new Int32Array(cacheSlots);
  const length = new Uint8Array(cacheSlots);
  const cached = new Array<string>(cacheSlots).fill("");
  const canonical = (text: string): string => {
    const present = known.get(text);
    if (present !== undefined) return present;
    known.set(text, text);
    return text;
  };
  return (begin, end) => {
    const size = end - begin;
    if (size <= 0) return "";
    if (size > keyBytes) return canonical(decode(begin, end));
    let first = 0;
    let second = 0;
    const middle = Math.min(end, begin + 4);
    for (let at = begin; at < middle; at++) first = (first << 8) | bytes[at]!;
    for (let at = middle; at < end; at++) second = (second << 8) | bytes[at]!;
    const mixed = Math.imul(first ^ Math.imul(second, 0x9e3779b1) ^ size, 0x85ebca6b);
    const slot = (mixed >>> 20) & (cacheSlots - 1);
    if (low[slot] === first && high[slot] === second && length[slot] === size) return cached[slot]!;
    const text = canonical(decode(begin, end));
    low[slot] = first;
    high[slot] = second;
    length[slot] = size;
    cached[slot] = text;
    return text;
  };
}

/** The decoder of the whole file, found piece by piece. */
function decoderOf(bytes: Uint8Array): TextDecoder {
  const strict = new TextDecoder("utf-8", { fatal: true });
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      strict.decode(bytes.subarray(at, at + pieceBytes), { stream: at + pieceBytes < bytes.length });
    }
    return new TextDecoder("utf-8", { ignoreBOM: true });
  } catch {
    return new TextDecoder("latin1");
  }
}

const powersOfTen = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/** The number in a range without blanks around it; NaN where it is none. Correctly rounded, as Number() is. */
export function parseNumber(text: TextBytes, begin: number, end: number): number {
  const { bytes } = text;
  let at = begin;
  let sign = 1;
  const first = bytes[at];
  if (first === 45) {
    sign = -1;
    at++;
  } else if (first === 43) at++;
  let mantissa = 0;
  let digits = 0;
  let decimals = 0;
  let isFraction = false;
  for (; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
      if (isFraction) decimals++;
    } else if (digit === -2 && !isFraction) isFraction = true;
    else return parseLongNumber(text.decode(begin, end));
  }
  if (digits === 0) return Number.NaN;
  // Up to 15 digits both the mantissa and the power of ten are exact, and one division rounds once.
  if (digits > 15) return parseLongNumber(text.decode(begin, end));
  return (sign * mantissa) / powersOfTen[decimals]!;
}

/** Exponents and many digits; other notations of JavaScript are no numbers in these files. */
function parseLongNumber(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

/** The decimal integer in a range without blanks around it; NaN where it is none. */
export function parseInteger({ bytes }: TextBytes, begin: number, end: number): number {
  const first = bytes[begin];
  let at = first === 45 || first === 43 ? begin + 1 : begin;
  if (at >= end || end - at > 15) return Number.NaN;
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return first === 45 ? -value : value;
}

/** Number of the line, from 1, on which a byte stands; lines end with LF, CR LF or CR. */
export function lineAt({ bytes }: TextBytes, offset: number): number {
  let line = 1;
  for (let at = 0; at < offset; at++) {
    const byte = bytes[at];
    if (byte === 10 || (byte === 13 && bytes[at + 1] !== 10)) line++;
  }
  return line;
}
