import type { Verification } from '../broker/administration/audit-log.js';
import { showText } from '../model/show-text.js';

type Break = Verification['breaks'][number];

const WORDS: Readonly<Record<Break['why'], string>> = {
  'not-a-record': 'is not a record',
  'out-of-order': 'has the wrong number',
  changed: 'was changed',
  'earlier-time': 'is earlier than the record before it',
  'wrong-month': 'stands in another month’s file',
  torn: 'was not written whole, and other records follow',
  'cut-short': 'is gone: the log was cut at its end',
  'not-the-head': 'is not the last record that outloop wrote',
  'head-unreadable': 'cannot be read, so a cut end cannot be told',
};

/** A break in words: which record, where it stands, and what is wrong with it. */
export function formatBreak({ file, line, seq, why, expected, found }: Break): string {
  const subject = seq === null ? `${file} line ${line}` : `record ${seq} (${file} line ${line})`;
  return showText(`${subject} ${WORDS[why]}; expected ${expected}, found ${found}`);
}
