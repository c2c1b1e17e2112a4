import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { WEEKDAYS, formatWindow, parseWindow, toWindow } from '../../src/tenant/parse-window.js';
import rows from '../vectors/tenant-windows.json' with { type: 'json' };

describe('parseWindow', () => {
  test.each(rows.valid as [string, string[], number, number][])('reads %j', (text, days, fromMinute, toMinute) => {
    const parsed = parseWindow(text);
    expect(parsed.kind).toBe('ok');
    if (parsed.kind !== 'ok') return;
    expect(toWindow(parsed.window)).toMatchObject({ days, fromMinute, toMinute });
  });

  test.each(rows.invalid)('refuses %j', (text) => {
    expect(parseWindow(text).kind).toBe('invalid');
  });

  it('reads what formatWindow writes', () => {
    fc.assert(
      fc.property(fc.subarray([...WEEKDAYS], { minLength: 1 }), (days) => {
        const window = { days, hours: '08:00-20:00', timezone: 'Europe/London' };
        expect(parseWindow(formatWindow(window))).toEqual({ kind: 'ok', window });
      }),
    );
  });

  it('writes days in a row as a range', () => {
    const format = (text: string) => {
      const parsed = parseWindow(`${text} 08:00-20:00 UTC`);
      return parsed.kind === 'ok' ? formatWindow(parsed.window).split(' ')[0] : null;
    };
    expect([format('mon,tue,wed,thu,fri'), format('mon,tue,sat'), format('sat-mon')]).toEqual(['mon-fri', 'mon,tue,sat', 'mon,sat,sun']);
  });
});
