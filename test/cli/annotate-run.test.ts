import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { annotateRun } from '../../src/cli/annotate-run.js';
import { endSentence } from '../../src/model/end-sentence.js';
import type { RunRecord } from '../../src/model/run.js';

const GITHUB = { GITHUB_ACTIONS: 'true' };
const record = (more: Partial<RunRecord>): RunRecord =>
  ({
    code: 'LINK_CHANGED',
    exit: 103,
    run: '01J',
    reason: 'it has changed',
    next: { who: 'operator', do: 'report it', command: null },
    ...more,
  }) as RunRecord;

/** How the runner reads a line (actions/runner, src/Runner.Common/ActionCommand.cs, TryParseV2). */
function readCommand(line: string) {
  const [, command = '', properties = '', data = ''] = /^::(\w+)(?: ([^:]*))?::(.*)$/.exec(line) ?? [];
  const back = (text: string) => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%3A', ':').replaceAll('%2C', ',');
  const title = /^title=([^,]*)$/.exec(properties)?.[1] ?? '';
  return {
    command,
    title: back(title).replaceAll('%25', '%'),
    data: data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%'),
  };
}

describe('a denial in a job of GitHub', () => {
  test('is one error with a title', () => {
    expect(annotateRun(record({}), GITHUB)).toBe('::error title=outloop LINK_CHANGED (103)::it has changed. Next: report it. run=01J\n');
  });

  test('whatever its reason holds, it stays one command on one line, and is read back', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('%0A::add-mask::x', '\n::error::x', '\r::set-env name=A::b', '::', '%25', 'a:b,c'));
    fc.assert(
      fc.property(text, text, (reason, code) => {
        const line = annotateRun(record({ reason, code: code as RunRecord['code'] }), GITHUB) ?? '';
        expect(line.slice(0, -1)).not.toMatch(/[\r\n]/);
        expect(line.at(-1)).toBe('\n');
        const read = readCommand(line.slice(0, -1));
        expect(read.command).toBe('error');
        expect(read.data).toBe(`${endSentence(reason)} Next: report it. run=01J`);
        expect(read.title).toBe(`outloop ${code} (103)`);
      }),
    );
  });

  test('is no annotation elsewhere, or where nothing of ours went wrong', () => {
    expect(annotateRun(record({}), {})).toBeNull();
    expect(annotateRun(record({}), { GITHUB_ACTIONS: 'false' })).toBeNull();
    expect(annotateRun(record({ code: 'OK', next: null }), GITHUB)).toBeNull();
  });
});
