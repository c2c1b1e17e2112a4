/** What is read here of zod's issues; every kind of issue is one of these shapes (zod 4, core/errors). */
export type Issue = {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly options?: readonly unknown[];
  readonly errors?: readonly (readonly Issue[])[];
  readonly issues?: readonly Issue[];
  readonly expected?: string;
  readonly origin?: string;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly inclusive?: boolean;
};

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
  record: 'a mapping of keys to values',
};

/** How zod's own messages begin; a schema's are taken as they are. */
const OWN_WORDS = /^(?:Invalid|Too small|Too big)\b/;

/**
 * An issue as a clause in plain words: the schema's own where it has some, else ours for what zod says; `fallback` where there is nothing to say. `isEmpty`: nothing stands
 * at its key.
 */
export function wordIssue(issue: Issue, fallback: string, isEmpty = false): string {
  const { code, message, expected, values } = issue;
  if (!OWN_WORDS.test(message)) return message.trim() === '' ? fallback : message;
  if (code === 'invalid_type' && expected !== undefined && expected in TYPES)
    return `${isEmpty ? 'is empty; it ' : ''}must be ${TYPES[expected] ?? expected}`;
  if (code === 'too_small' || code === 'too_big') return wordSize(issue) ?? fallback;
  if (code === 'invalid_value' && values?.length === 1) return `must be ${String(values[0])}`;
  const text = message.replace(/^Invalid input: |^Invalid (?=string|option|key)/, '').trim();
  return text === '' || text === 'Invalid input' ? fallback : text;
}

function wordSize({ code, origin, minimum, maximum, inclusive }: Issue): string | null {
  const bound = code === 'too_small' ? minimum : maximum;
  if (typeof bound !== 'number' && typeof bound !== 'bigint') return null;
  const limit = code === 'too_small' ? (inclusive === false ? 'more than' : 'at least') : inclusive === false ? 'less than' : 'at most';
  if (origin === 'string') return code === 'too_small' && bound === 1 ? 'must not be empty' : `must have ${limit} ${bound} characters`;
  if (origin === 'array') return `must have ${limit} ${bound} ${bound === 1 ? 'entry' : 'entries'}`;
  return `must be ${limit} ${bound}`;
}
