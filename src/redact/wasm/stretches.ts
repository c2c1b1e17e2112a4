// Where escapes stand that a needle may go through, as escape-stretches.ts finds them, and whether a gram shows there once they are read.
import { briefLength } from './brief';
import { partial, readEscape, stands, taken, valueOf } from './escape';
import { BUFFER, LEADS, LEAD_SYMBOLS, STRETCHES } from './memory';
import { hasControls, leadCount } from './project';
import { showsGram } from './readings';
import { verbatim } from './search';
import { APART, REACH, openSurroundings, standsAlone } from './stands-alone';

/** As in escape-stretches.ts. */
const AGAIN: i32 = 4 * REACH;
const DENSE: i32 = 16;
/** How long white space is that is written with a letter. Which it is does not matter: none gives a symbol. */
const BREAK: i32 = 2;
const LINE_FEED: i32 = 0x0a;

let end: i32 = 0;
let from: i32 = -1;
let to: i32 = -1;
let count: i32 = 0;

/**
 * Gives how many stretches among the escapes of the last scan hold a gram, which stand at STRETCHES. What begins within an escape waits for that to be judged: only the
 * first and the last of it are kept.
 */
export function findStretches(stop: i32, seen: i32): i32 {
  end = stop;
  from = to = -1;
  count = 0;
  let hasBegun = false;
  let lastBreak = -DENSE;
  let reached = 0;
  // The escape that waits to be judged until the next one is known that does not begin within it, and the one before it.
  let at = -1;
  let symbol = 0;
  let byte = 0;
  let behind = 0;
  let cut = false;
  let seeds = false;
  let before = -1;
  let firstInner = -1;
  let lastInner = -1;
  for (let i = 0; i < leadCount; i++) {
    const lead = load<i32>(LEADS + (i << 2));
    if (lead + AGAIN + APART <= seen) continue;
    const brief = briefLength(lead, end);
    if (brief == 0 && !readEscape(BUFFER, lead, end)) continue;
    if (!hasBegun) openSurroundings(end, hasControls ? max(0, lead - REACH) : end);
    hasBegun = true;
    let mine = lead + AGAIN > seen;
    if (!verbatim && brief == BREAK) {
      mine = mine && lead - lastBreak <= DENSE;
      lastBreak = lead;
    }
    if (lead < reached) {
      if (mine) {
        if (firstInner < 0) firstInner = lead;
        lastInner = lead;
      }
      continue;
    }
    const itsByte = brief == 0 ? stands : brief == BREAK ? LINE_FEED : readPair(lead + 1);
    const itsEnd = lead + (brief == 0 ? taken : brief);
    const itsCut = brief == 0 && partial;
    if (at >= 0) {
      if (seeds && !standsAlone(at, symbol, byte, behind, cut, before, lead)) seed(at);
      before = behind - 1;
    }
    if (firstInner >= 0) seedAll(firstInner, lastInner);
    firstInner = -1;
    reached = behind = itsEnd;
    at = lead;
    symbol = load<i32>(LEAD_SYMBOLS + (i << 2));
    byte = itsByte;
    cut = itsCut;
    seeds = mine;
  }
  if (at >= 0 && seeds && !standsAlone(at, symbol, byte, behind, cut, before, -1)) seed(at);
  if (firstInner >= 0) seedAll(firstInner, lastInner);
  if (from >= 0) close();
  return count;
}

/** Those that begin within an escape stand so close that their stretches are one, in a row of backslashes too. */
function seedAll(first: i32, last: i32): void {
  seed(first);
  to = min(end, last + REACH);
}

function seed(at: i32): void {
  const start = max(0, at - REACH);
  if (from >= 0 && start > to) close();
  if (from < 0) from = start;
  to = min(end, at + REACH);
}

function close(): void {
  if (showsGram(from, to)) {
    store<i32>(STRETCHES + (count << 3), from);
    store<i32>(STRETCHES + (count << 3), to, 4);
    count++;
  }
  from = -1;
}

function readPair(at: i32): i32 {
  return (valueOf(load<u8>(BUFFER + at)) << 4) | valueOf(load<u8>(BUFFER + at, 1));
}
