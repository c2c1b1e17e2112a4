import type { Window } from '../../model/tenant.js';
import { formatWindow, parseWindow, type WindowShape } from '../../tenant/parse-window.js';

/** A window as it is typed (`mon-fri 08:00-20:00 Europe/London`) in the shape of a tenant's file, or what is wrong with it. */
export function readWindow(text: string): WindowShape | string {
  const parsed = parseWindow(text);
  return parsed.kind === 'ok' ? parsed.window : parsed.why;
}

/** A grant's window as it is typed. */
export function showWindow({ days, fromMinute, toMinute, timezone }: Window): string {
  return formatWindow({ days, hours: `${clock(fromMinute)}-${clock(toMinute)}`, timezone });
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
