import type { FileValue } from '../model/action.js';
import type { Ask, ShownFile, ShownValue } from '../model/approval.js';
import type { Json } from '../model/service.js';
import { hashFile } from './request-key.js';

/** A request keeps so many characters of its values in all. A person reads no more, and a flood stays small. */
export const SHOWN_CHARS = 8192;

/** A request's values as a person is shown them, each cut where the whole would grow too long; the key is over all of each. */
export function showValues(
  values: Readonly<Record<string, Json>>,
  files: Readonly<Record<string, FileValue>>,
  extra: readonly string[],
): Pick<Ask, 'params' | 'extra'> {
  let left = SHOWN_CHARS;
  const show = (value: Json): ShownValue => {
    const whole = JSON.stringify(value);
    const json = whole.slice(0, left);
    left -= json.length;
    return { json, length: whole.length };
  };
  const params = Object.entries(values).map(([name, value]): [string, ShownValue | ShownFile] => {
    const file = Object.hasOwn(files, name) ? files[name] : undefined;
    if (file === undefined) return [name, show(value)];
    return [name, { file: show(value).json, bytes: file.bytes.length, sha256: hashFile(file.bytes) }];
  });
  return { params: Object.fromEntries(params), extra: extra.length === 0 ? null : show(extra) };
}
