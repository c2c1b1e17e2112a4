import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { providers } from 'am-i-vibing';
import { describe, expect, test } from 'vitest';
import { AGENT_MARKERS, CI_MARKERS } from '../../src/principal/markers.js';
import { LEFT_OUT } from '../vectors/agent-markers-left-out.js';

const resolve = (name: string) => createRequire(import.meta.url).resolve(name);
const known = new Set(AGENT_MARKERS.map(({ variable }) => variable));

/** Every variable that a definition of am-i-vibing looks at. */
function variablesOf(definition: unknown): string[] {
  if (typeof definition === 'string') return [definition];
  if (Array.isArray(definition)) return [String(definition[0])];
  if (typeof definition !== 'object' || definition === null) return [];
  return Object.values(definition).flatMap((list) => (Array.isArray(list) ? list.flatMap(variablesOf) : []));
}

/** Every upper-case name that a piece of a module's text holds as a string or reads from the environment. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/process\.env\.([A-Z][A-Z0-9_]+)|["']([A-Z][A-Z0-9]*_[A-Z0-9_]+|[A-Z]{4,})["']/g)].map(
    ([, read, named]) => read ?? named ?? '',
  );
}

const LISTS: readonly (readonly [string, () => readonly string[]])[] = [
  ['am-i-vibing', () => providers.flatMap(({ envVars }) => (envVars ?? []).flatMap(variablesOf))],
  [
    'std-env',
    () => {
      const text = readFileSync(resolve('std-env'), 'utf8');
      const start = text.indexOf('["claude"');
      return ['AI_AGENT', ...namesIn(text.slice(start, text.indexOf(';', start)))];
    },
  ],
  ['@vercel/detect-agent', () => namesIn(readFileSync(resolve('@vercel/detect-agent'), 'utf8').replace(/^const [A-Z].*$/gm, ''))],
];

describe('the table of agents’ markers', () => {
  test.each(LISTS)('has every marker of %s, or says why not', (_name, list) => {
    const variables = [...new Set(list())];
    expect(variables.length).toBeGreaterThan(12);
    expect(variables.filter((variable) => !known.has(variable) && !Object.hasOwn(LEFT_OUT, variable))).toEqual([]);
  });

  test('leaves out nothing that it has, and nothing that no list has', () => {
    const listed = new Set(LISTS.flatMap(([, list]) => list()));
    expect(Object.keys(LEFT_OUT).filter((variable) => known.has(variable) || !listed.has(variable))).toEqual([]);
  });

  test('says of every row where it is from', () => {
    for (const { source } of [...AGENT_MARKERS, ...CI_MARKERS]) expect(source).toMatch(/\S{3}/);
  });
});
