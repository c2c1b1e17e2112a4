import { ESCAPE } from './fold.js';
import { readEscape } from './read-escapes.js';
import type { Scan } from './scanner.js';
import { APART, REACH, standsAlone, type Outlook, type Place } from './stands-alone.js';

const BACKSLASH = 0x5c;
/** So far back an escape is looked at again when more comes: what stands behind it may go on slowly, with colours between. */
const AGAIN = 4 * REACH;
/** Line breaks written as `\n` are everywhere in JSON; they matter only where they come as thick as this. */
const DENSE = 16;

/**
 * Where escapes stand that a needle may go through, as stretches with what lies within reach of them, in order and apart; only those near what
 * comes behind `seen`.
 */
export function escapeStretches(
  leads: Pick<Scan, 'leads' | 'leadCount'>,
  buffer: Uint8Array,
  outlook: Outlook,
): readonly (readonly [number, number])[] {
  const stretches: [number, number][] = [];
  const places = listEscapes(leads, buffer, outlook);
  const outer = places.filter(({ isInner }) => !isInner);
  const controls = listControls(buffer, outlook.end, places[0]?.at ?? outlook.end);
  let next = 0;
  let passed = 0;
  for (const place of places) {
    while ((outer[next]?.at ?? Infinity) <= place.at) next++;
    while ((controls[passed] ?? Infinity) < place.at) passed++;
    if (!place.seeds) continue;
    if (standsAlone(buffer, place, { before: outer[next - 2], after: outer[next], control: controls[passed - 1], outlook })) continue;
    const from = Math.max(0, place.at - REACH);
    const to = Math.min(outlook.end, place.at + REACH);
    const last = stretches.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else stretches.push([from, to]);
  }
  return stretches;
}

/** Where control sequences may begin that reach behind `from`. */
function listControls(buffer: Uint8Array, end: number, from: number): number[] {
  const controls: number[] = [];
  const seen = buffer.subarray(0, end);
  for (let at = seen.indexOf(ESCAPE, Math.max(0, from - REACH)); at >= 0; at = seen.indexOf(ESCAPE, at + 1)) controls.push(at);
  return controls;
}

function listEscapes({ leads, leadCount }: Pick<Scan, 'leads' | 'leadCount'>, buffer: Uint8Array, { end, seen, fold }: Outlook): Place[] {
  const places: Place[] = [];
  let lastBreak = -DENSE;
  let reached = 0;
  for (let i = 0; i < leadCount; i++) {
    const at = leads[i] ?? 0;
    if (at + AGAIN + APART <= seen) continue;
    const escape = readEscape(buffer, at, end);
    if (escape === null) continue;
    let seeds = at + AGAIN > seen;
    if (fold === 'word' && isBreak(buffer, at, end)) {
      seeds &&= at - lastBreak <= DENSE;
      lastBreak = at;
    }
    const { byte, taken, partial } = escape;
    const isInner = at < reached;
    if (!isInner) reached = at + taken;
    places.push({ byte, taken, partial, at, seeds, isInner });
  }
  return places;
}

/** Whether a backslash and a letter that stands for white space are there, and no more. */
function isBreak(buffer: Uint8Array, at: number, end: number): boolean {
  if (buffer[at] !== BACKSLASH || at + 1 >= end) return false;
  const kind = buffer[at + 1];
  return kind === 0x6e || kind === 0x72 || kind === 0x74;
}
