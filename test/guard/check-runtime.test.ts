import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkRuntime } from '../../src/guard/check-runtime.js';
import { ARGUMENT_ROWS, NODE_OPTIONS_ROWS, VARIABLE_ROWS } from '../vectors/guard-runtime.js';

describe('the runtime guard', () => {
  test('a clean environment passes', () => {
    expect(checkRuntime({ env: { PATH: '/usr/bin', LANG: 'C' }, execArgv: [] })).toBeNull();
  });

  test.each(VARIABLE_ROWS)('%s=%s', (name, value, refused) => {
    const denial = checkRuntime({ env: { [name]: value }, execArgv: [] });
    if (refused) expect(denial).toMatchObject({ code: 'RUNTIME_TAMPERED', facts: { marker: name } });
    else expect(denial).toBeNull();
  });

  test.each(NODE_OPTIONS_ROWS)('NODE_OPTIONS=%j only sizes the heap: %s', (options, harmless) => {
    const denial = checkRuntime({ env: { NODE_OPTIONS: options }, execArgv: [] });
    if (harmless) expect(denial).toBeNull();
    else expect(denial).toMatchObject({ code: 'RUNTIME_TAMPERED', facts: { marker: 'NODE_OPTIONS' } });
  });

  test.each(ARGUMENT_ROWS)('node %j', (execArgv, marker) => {
    const denial = checkRuntime({ env: {}, execArgv });
    if (marker === null) expect(denial).toBeNull();
    else expect(denial).toMatchObject({ code: 'RUNTIME_TAMPERED', facts: { marker } });
  });

  test('the denial holds no value of what it refuses', () => {
    const value = fc
      .string({ unit: fc.constantFrom('Q', 'Z', '/', '=', ' ', '-', '\n'), minLength: 8 })
      .filter((text) => /[QZ]{2}/.test(text));
    fc.assert(
      fc.property(value, (text) => {
        const denials = [
          checkRuntime({ env: { LD_PRELOAD: text }, execArgv: [] }),
          checkRuntime({ env: { NODE_OPTIONS: `--require=${text}` }, execArgv: [] }),
          checkRuntime({ env: {}, execArgv: [`--require=${text}`] }),
          checkRuntime({ env: {}, execArgv: [`-r${text}`] }),
        ];
        for (const denial of denials) expect(denial).not.toBeNull();
        expect(JSON.stringify(denials)).not.toMatch(/[QZ]/);
      }),
    );
  });
});
