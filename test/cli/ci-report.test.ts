import fc from 'fast-check';
import { DOMParser } from '@xmldom/xmldom';
import { describe, expect, test } from 'vitest';
import { formatCodeQuality, formatJunit } from '../../src/cli/ci-report.js';
import type { CiFinding } from '../../src/broker/administration/ci-report.js';

const finding = (more: Partial<CiFinding> = {}): CiFinding => ({
  run: '01J',
  code: 'LINK_CHANGED',
  alias: 'build.site.make',
  file: '.outloop',
  fingerprint: '0'.repeat(32),
  text: 'outloop LINK_CHANGED (103): it has changed.',
  ...more,
});

describe('a report of a job', () => {
  test('for GitLab is a list of issues, each with the keys that it documents', () => {
    expect(JSON.parse(formatCodeQuality([]))).toEqual([]);
    expect(JSON.parse(formatCodeQuality([finding({ text: '"\n</x>' })]))).toEqual([
      {
        description: '"\n</x>',
        check_name: 'outloop/LINK_CHANGED',
        fingerprint: '0'.repeat(32),
        severity: 'major',
        location: { path: '.outloop', lines: { begin: 1 } },
      },
    ]);
  });

  test('as JUnit is XML that holds every text as it is', () => {
    const readable = fc
      .string({ unit: 'grapheme' })
      .map((text) => text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\u0085\u2028\u2029\ufffd]/g, ''));
    fc.assert(
      fc.property(fc.oneof(readable, fc.constantFrom('"><x/>', '&amp;', ']]>', '<!--', '\'"\t\r\n')), (text) => {
        const xml = formatJunit([finding({ text }), finding()], [{ run: '01K', alias: 'a.b' }]);
        const root = new DOMParser().parseFromString(xml, 'text/xml').documentElement;
        const failures = root?.getElementsByTagName('failure');
        expect(failures?.length).toBe(2);
        expect(failures?.[0]?.getAttribute('message')).toBe(text);
        expect(root?.getElementsByTagName('testsuite')[0]?.getAttribute('tests')).toBe('3');
        const names = [...(root?.getElementsByTagName('testcase') ?? [])].map((one) => one.getAttribute('name'));
        expect(names).toEqual(['build.site.make 01J', 'build.site.make 01J', 'a.b 01K']);
      }),
    );
  });

  test('what XML cannot write is a question mark', () => {
    expect(formatJunit([finding({ text: 'a\u0000b\ud800c' })], [])).toContain('message="a?b?c"');
    expect(formatJunit([], [])).toContain('tests="0" failures="0"');
  });
});
