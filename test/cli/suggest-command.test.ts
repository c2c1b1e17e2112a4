import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';
import { suggestCommand } from '../../src/cli/suggest-command.js';

const IDS = Object.keys(COMMANDS);

test.each([
  ['rnu', 'there is no command rnu; did you mean run?'],
  ['rnu:shop.text.get', 'there is no command rnu; did you mean run?'],
  ['secret:st:acme/x', 'there is no command secret st; did you mean secret set?'],
  ['secrets:set:acme/k:sk_live_1234', 'there is no command secrets set; did you mean secret set?'],
  ['grnt:add:acme', 'there is no command grnt add; did you mean grant add?'],
  ['requests:aprove:req_01', 'there is no command requests aprove; did you mean requests approve?'],
  ['secret:get:acme/x', 'no command shows a value. Next: outloop secret check says whether it can be used'],
  ['secret:sk_live_1234', 'there is no such command of secret; see outloop secret --help'],
  ['sk_live_1234', 'there is no such command; see outloop help'],
  ['frobnicate:it', 'there is no command frobnicate; see outloop help'],
  ['a\nb', 'there is no such command; see outloop help'],
])('%s: %s', (typed, said) => {
  expect(suggestCommand(`command ${typed} not found`, IDS)).toBe(said);
  // As oclif says it where help was asked for.
  expect(suggestCommand(`Command ${typed} not found.`, IDS)).toBe(said);
});

test.each([
  ['schedule rm', 'schedule remove'],
  ['secret rm', 'secret remove'],
  ['grant del', 'grant remove'],
  ['service delete', 'service remove'],
  ['service update', 'service add --replace'],
  ['session rm', 'session end'],
  ['tenant rm', 'tenant revoke'],
  ['tenants ls', 'tenant list'],
  ['grant show', 'grant list'],
  ['requests deny', 'requests reject'],
  ['requests accept', 'requests approve'],
  ['requests allow', 'requests approve'],
  ['audit tail', 'audit show'],
  ['audit log', 'audit show'],
  ['audit grep', 'audit query'],
  ['schedule tail', 'schedule logs'],
  ['secret add', 'secret set'],
  ['schedule delte', 'schedule remove'],
  ['completion', 'autocomplete'],
  ['version', '--version'],
  ['sessions', 'session list'],
  ['tenants', 'tenant list'],
  ['request', 'requests list'],
])('a word that other programs have means the command of ours: %s', (typed, meant) => {
  expect(suggestCommand(`command ${typed.replace(' ', ':')} not found`, IDS)).toBe(`there is no command ${typed}; did you mean ${meant}?`);
});

test.each([
  ['schedule', 'rn'],
  ['requests', 'prove'],
  ['tenant', 'foo'],
  ['requests', 'rm'],
])('letters alone suggest no command that changes something where another is as near: %s %s', (topic, word) => {
  expect(suggestCommand(`command ${topic}:${word} not found`, IDS)).toBe(
    `there is no such command of ${topic}; see outloop ${topic} --help`,
  );
});

test.each([
  ['link:list', 'link'],
  ['link:acme:website', 'link'],
  ['status:sk_live_1234', 'status'],
  ['secret:rotate-key:sk_live_1234', 'secret rotate-key'],
])('a command that takes no words is not suggested for itself: %s', (typed, name) => {
  expect(suggestCommand(`command ${typed} not found`, IDS)).toBe(`${name} takes no more words; see outloop ${name} --help`);
});

test('another complaint is none of a command', () => {
  expect(suggestCommand('Nonexistent flag: --x', IDS)).toBeNull();
});
