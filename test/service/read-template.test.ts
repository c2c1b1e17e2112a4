import { describe, expect, it } from 'vitest';
import { readTemplate } from '../../src/service/read-template.js';

describe('a template', () => {
  it.each([
    ['', []],
    ['a', [{ text: 'a' }]],
    ['{a}', [{ param: 'a' }]],
    ['x{a}y{b-c}', [{ text: 'x' }, { param: 'a' }, { text: 'y' }, { param: 'b-c' }]],
    ['{a}{a}', [{ param: 'a' }, { param: 'a' }]],
    ['{{a}}', [{ text: '{a}' }]],
    ['{{{a}}}', [{ text: '{' }, { param: 'a' }, { text: '}' }]],
    ['}}{{', [{ text: '}{' }]],
  ])('%j is read part by part', (text, template) => {
    expect(readTemplate(text)).toEqual({ kind: 'ok', template });
  });

  it.each(['{', '}', '{a', 'a}', '{}', '{ a }', '{a b}', '{1}', '{a{b}}', '{{a}', '{a}}', '{__proto__}'])('%j is a mistake', (text) => {
    expect(readTemplate(text).kind).toBe('invalid');
  });
});
