import type { DenialCode } from '../denial/catalogue.js';
import { isDenial, type Denial } from '../denial/denial.js';
import { findAhead } from '../model/ahead.js';
import { describeSpan } from '../model/describe-span.js';
import type { State } from '../state/open-state.js';
import { readNow } from './read-now.js';
import type { World } from './world.js';

/** What the time may decide. */
const BY_TIME: readonly DenialCode[] = ['ALIAS_NOT_ALLOWED', 'APPROVAL_EXPIRED', 'RATE_LIMITED', 'OUTSIDE_WINDOW'];

/** A denial that the time may have decided, with the fact `ahead` where policy's time is ahead of the clock; any other answer as it is. */
export function tellAhead<T>(answer: T | Denial, state: State, world: World): T | Denial {
  if (!isDenial(answer) || !BY_TIME.includes(answer.code)) return answer;
  const aheadMs = findAhead(readNow(state, world), world.now());
  return aheadMs === null ? answer : { ...answer, facts: { ...answer.facts, ahead: describeSpan(aheadMs) } };
}
