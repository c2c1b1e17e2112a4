import { suggestNames } from '../model/suggest.js';

/** What looks like a word of a command; anything else may be a value that was typed in its place. */
const WORD = /^[a-z][a-z-]{0,19}$/;
/** What people look for, and is not there on purpose. */
const SHOWS_VALUES = ['secret:get', 'secret:show', 'secret:read', 'secret:view', 'secret:cat'];
/** Commands that change nothing. */
const LOOKS = /(?:^| )(?:aliases|check|denials|doctor|explain|export|links|list|logs|query|scan|show|status|verify)$/;

/** Words that other programs have after a topic, and the commands that they may mean: the first of them that the topic has. */
const MEANINGS: readonly (readonly [words: readonly string[], commands: readonly string[]])[] = [
  [
    ['rm', 'del', 'delete'],
    ['remove', 'end', 'revoke'],
  ],
  [['ls'], ['list']],
  [
    ['show', 'get', 'view', 'cat'],
    ['show', 'list'],
  ],
  [['deny', 'refuse'], ['reject']],
  [['accept', 'allow'], ['approve']],
  [
    ['tail', 'log', 'logs'],
    ['logs', 'show'],
  ],
  [['find', 'grep', 'search'], ['query']],
  [
    ['add', 'new', 'create'],
    ['add', 'set', 'start'],
  ],
  [['edit', 'change', 'update'], ['set']],
  [['stop', 'kill'], ['end']],
  [
    ['check', 'test', 'verify'],
    ['check', 'verify'],
  ],
];
/** The same of a topic alone. */
const OF_TOPICS: Readonly<Record<string, readonly (readonly [word: string, line: string])[]>> = {
  service: [
    ['edit', 'service add --replace'],
    ['update', 'service add --replace'],
  ],
};
/** The same of a first word. */
const FIRST_WORDS: readonly (readonly [word: string, line: string])[] = [
  ['clients', 'tenant list'],
  ['completion', 'autocomplete'],
  ['credentials', 'secret list'],
  ['log', 'audit show'],
  ['logs', 'audit show'],
  ['ls', 'aliases'],
  ['version', '--version'],
];

/**
 * What to say of a command that does not exist, with the one that may be meant; null where oclif complains of something else. oclif joins all words that were typed: the
 * first two may be a command, and no other is repeated. `ids` are the commands, as `secret:set`.
 */
export function suggestCommand(message: string, ids: readonly string[]): string | null {
  const typed = /^command (.+) not found\.?$/is.exec(message)?.[1]?.split(':');
  if (typed === undefined) return null;
  const [topic = '', word = ''] = typed;
  const pair = `${topic}:${word}`;
  if (SHOWS_VALUES.includes(pair)) return 'no command shows a value. Next: outloop secret check says whether it can be used';
  const whole = ids.find((id) => id === pair || id === topic)?.replace(':', ' ');
  if (whole !== undefined) return `${whole} takes no more words; see outloop ${whole} --help`;
  const near = suggestAfterTopic(topic, word, ids);
  if (near !== null) return `there is no command ${topic} ${word}; did you mean ${near}?`;
  if (listTopics(ids).includes(topic)) return `there is no such command of ${topic}; see outloop ${topic} --help`;
  const first = chooseLine(topic, listFirstWords(ids));
  if (first !== null) return `there is no command ${topic}; did you mean ${first}?`;
  return `there is no ${WORD.test(topic) ? `command ${topic}` : 'such command'}; see outloop help`;
}

/** The command that a topic and a word may mean, each nearly spelt; null for none, and where more than one may be meant. */
function suggestAfterTopic(typed: string, word: string, ids: readonly string[]): string | null {
  const [topic, ...others] = WORD.test(typed) ? suggestNames(typed, listTopics(ids)) : [];
  return topic === undefined || others.length > 0 ? null : chooseLine(word, listAfterTopic(topic, ids));
}

/** The line whose word is what was typed, or nearest to it. Letters alone choose none that changes something where another is as near. */
function chooseLine(typed: string, lines: ReadonlyMap<string, string>): string | null {
  const near = WORD.test(typed) ? suggestNames(typed, [...lines.keys()]) : [];
  const meant = [...new Set(near.flatMap((word) => lines.get(word) ?? []))];
  return (meant.length > 1 ? meant.find((line) => LOOKS.test(line)) : meant[0]) ?? null;
}

function listTopics(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.filter((id) => id.includes(':')).map((id) => id.split(':')[0] ?? ''))];
}

/** Each word that may stand after a topic, with the line that it means: the topic's own commands mean themselves. */
function listAfterTopic(topic: string, ids: readonly string[]): ReadonlyMap<string, string> {
  const own = ids.filter((id) => id.startsWith(`${topic}:`)).map((id) => id.slice(topic.length + 1));
  const meant = MEANINGS.flatMap(([words, commands]) => {
    const command = commands.find((one) => own.includes(one));
    return command === undefined ? [] : words.map((word) => [word, `${topic} ${command}`] as const);
  });
  return new Map([...meant, ...(OF_TOPICS[topic] ?? []), ...own.map((command) => [command, `${topic} ${command}`] as const)]);
}

/** The same of the first word of a command line; the plural of a topic is its list. */
function listFirstWords(ids: readonly string[]): ReadonlyMap<string, string> {
  const plurals = listTopics(ids).filter((topic) => ids.includes(`${topic}:list`));
  const own = ids.filter((id) => !id.includes(':'));
  return new Map([
    ...FIRST_WORDS,
    ...plurals.map((topic) => [`${topic}s`, `${topic} list`] as const),
    ...own.map((id) => [id, id] as const),
  ]);
}
