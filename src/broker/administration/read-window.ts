import { parseWindow, type WindowShape } from '../../tenant/parse-window.js';

/** A window as it is typed (`mon-fri 08:00-20:00 Europe/London`) in the shape of a tenant's file, or what is wrong with it. */
export function readWindow(text: string): WindowShape | string {
  const parsed = parseWindow(text);
  return parsed.kind === 'ok' ? parsed.window : parsed.why;
}
