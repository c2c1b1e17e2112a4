import { pipeline } from 'node:stream/promises';
import type { TextStream } from '../broker/administration/audit-log.js';
import type { Denial } from '../denial/denial.js';

/**
 * Writes a stream of text to our stdout as fast as its reader takes it. Gives what the stream ended with; null also when the
 * reader has gone (EPIPE), for `| head` is no failure. Any other failure to write throws.
 */
export async function pourText(texts: TextStream): Promise<Denial | null> {
  const ending: { denial: Denial | null } = { denial: null };
  const source = async function* () {
    ending.denial = yield* texts;
  };
  try {
    await pipeline(source, process.stdout, { end: false });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
    return null;
  }
  return ending.denial;
}
