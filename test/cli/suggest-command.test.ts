import { expect, test } from 'vitest';
import { suggestCommand } from '../../src/cli/suggest-command.js';

const IDS = ['run', 'redact', 'doctor', 'links', 'secret:set', 'secret:list', 'grant:add', 'requests:approve', 'tenant:add'];

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
});

test('another complaint is none of a command', () => {
  expect(suggestCommand('Nonexistent flag: --x', IDS)).toBeNull();
});
