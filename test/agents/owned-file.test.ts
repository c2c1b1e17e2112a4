import { describe, expect, test } from 'vitest';
import { readOwnership, stampFile } from '../../src/agents/owned-file.js';

const TEMPLATE = '# outloop:file sha256=0000000000000000\nrule\n';

describe('a file of outloop’s own', () => {
  test('is known by its stamp, also with other line breaks', () => {
    expect(readOwnership(stampFile(TEMPLATE))).toBe('ours');
    expect(readOwnership(stampFile(TEMPLATE).replaceAll('\n', '\r\n'))).toBe('ours');
  });

  test('that was edited, or is somebody else’s, is told apart', () => {
    expect(readOwnership(stampFile(TEMPLATE).replace('rule', 'rules'))).toBe('edited');
    expect(readOwnership(stampFile(TEMPLATE).replace('sha256=', 'sha256=0').slice(0, -1))).toBe('edited');
    expect(readOwnership(TEMPLATE)).toBe('edited');
    expect(readOwnership('rule\n')).toBe('foreign');
  });

  test('cannot be made from a template without a stamp', () => {
    expect(() => stampFile('rule\n')).toThrow();
  });
});
