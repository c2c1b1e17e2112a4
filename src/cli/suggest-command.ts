import { suggestName } from '../model/suggest.js';

/** What looks like a word of a command; anything else may be a value that was typed in its place. */
const WORD = /^[a-z][a-z-]{0,19}$/;
/** What people look for, and is not there on purpose. */
const SHOWS_VALUES = ['secret:get', 'secret:show', 'secret:read'];

/**
 * What to say of a command that does not exist, with the one that may be meant; null where oclif complains of something else. oclif joins all words that were typed: the
 * first two may be a command, and no other is repeated. `ids` are the commands, as `secret:set`.
 */
export function suggestCommand(message: string, ids: readonly string[]): string | null {
  const typed = /^command (.+) not found$/s.exec(message)?.[1]?.split(':');
  if (typed === undefined) return null;
  const pair = typed.slice(0, 2).join(':');
  if (SHOWS_VALUES.includes(pair)) return 'no command shows a value. Next: outloop secret check says whether it can be used';
  for (const length of [2, 1]) {
    const words = typed.slice(0, length);
    if (words.length < length || !words.every((word) => WORD.test(word))) continue;
    const near = suggestName(
      words.join(':'),
      ids.filter((id) => id.split(':').length === length),
    );
    if (near !== null) return `there is no command ${words.join(' ')}; did you mean ${near.replaceAll(':', ' ')}?`;
  }
  const [topic = ''] = typed;
  const isTopic = ids.some((id) => id.startsWith(`${topic}:`));
  if (isTopic) return `there is no such command of ${topic}; see outloop ${topic} --help`;
  return `there is no ${WORD.test(topic) ? `command ${topic}` : 'such command'}; see outloop help`;
}
