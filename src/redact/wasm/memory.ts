// Where things stand in the memory of the scanner for WebAssembly, and what about them both sides know.

/** As CAPACITY of scanner.ts, with room for a vector that reaches over. */
export const CAPACITY: usize = 136192;
const ROOM: usize = CAPACITY + 64;

/** For wasm-scanner.ts to read: the shuffles of `pack`, the bytes, their symbols, marks, hits, leads, and stretches as pairs of bytes. The constants of vectors.ts stand before them. */
export const PACK: usize = 2048;
export const BUFFER: usize = 4096;
export const SYMBOLS: usize = BUFFER + ROOM;
export const MARKS: usize = SYMBOLS + ROOM;
export const HITS: usize = MARKS + 8192;
export const HIT_SLOTS: usize = HITS + 4 * ROOM;
export const LEADS: usize = HIT_SLOTS + 4 * ROOM;
/** How many symbols stand before each lead. */
export const LEAD_SYMBOLS: usize = LEADS + 4 * ROOM;
export const STRETCHES: usize = LEAD_SYMBOLS + 4 * ROOM;

/** Bytes of a stretch, before and after its escapes are read: where the hits stood, which have been taken by then. */
export const UNREAD: usize = HITS;
export const READ: usize = HIT_SLOTS;
/** The symbols of these. */
export const READ_SYMBOLS: usize = READ + 2 * ROOM;
/** What is around an escape, put together with what it stands for. */
export const JOINED: usize = STRETCHES + 8192;
/** The symbols there. */
export const BESIDE: usize = JOINED + 32;

/** The grams: a bitmap, then the slots, whose number they decide, and behind these another bitmap, for rows of four symbols. */
export const BITMAP: usize = JOINED + 64;
export const SLOTS: usize = BITMAP + 32768;

export const GRAM: i32 = 8;
export const FOUR: i32 = 4;
export const ESCAPE: u8 = 0x1b;
