import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { temporaryHome } from '../helpers/temporary-home.js';
import { SCANNER } from './filters.js';

const BOUND = 8_000_000;
const MEASURE = `
const { createRedactor } = require('./redactor.cjs');
const { randomBytes } = require('node:crypto');
const { setTimeout: wait } = require('node:timers/promises');
// What nobody holds any more is given back beside the program, some time after a collection.
const used = async () => {
  let least = Infinity;
  for (let i = 0; i < 6; i++) {
    gc();
    await wait(20);
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
};
const secrets = Array.from({ length: 20 }, (_, i) => ({ name: 'key-' + i, bytes: Buffer.from('sk_live_' + randomBytes(24).toString('base64url').replaceAll(/[-_]/g, 'x')) }));
const chunk = Buffer.from('[12:30:01] GET /items?page=20&of=41 "a name" 200\\\\n\\n'.repeat(1200));
(async () => {
  const before = await used();
  const filter = createRedactor(secrets, process.argv[2]).open();
  const write = async (times) => {
    for (let i = 0; i < times; i++) filter.write(Buffer.from(chunk));
    return (await used()) - before;
  };
  console.log(JSON.stringify([await write(50), await write(500), filter.count]));
})();
`;

test('twenty secrets take less than 8 MB, whatever the stream’s length', () => {
  const home = temporaryHome();
  const entryPoints = [join(import.meta.dirname, '../../src/redact/redactor.ts')];
  buildSync({ entryPoints, bundle: true, platform: 'node', format: 'cjs', outfile: join(home, 'redactor.cjs') });
  writeFileSync(join(home, 'measure.cjs'), MEASURE);
  const printed = execFileSync(process.execPath, ['--expose-gc', join(home, 'measure.cjs'), SCANNER], { encoding: 'utf8' });
  const [first = NaN, last = NaN, count] = JSON.parse(printed) as number[];
  expect(count).toBe(0);
  expect(first).toBeLessThan(BOUND);
  expect(last).toBeLessThan(BOUND);
});
