import { join } from 'node:path';

const OTHER = process.env['OUTLOOP_TEST_ENTRY'];

/** The real binary as users have it on their path, or another entry that the environment names: bin/run.js, without the launcher and its startup snapshot. */
export const OUTLOOP = OTHER ?? join(import.meta.dirname, '../../dist/outloop');
export const HAS_LAUNCHER = OTHER === undefined;
