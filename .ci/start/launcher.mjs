// dist/outloop, which starts outloop, from launcher.sh.
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import start from '../../bin/start.js';

const TEMPLATE = join(dirname(fileURLToPath(import.meta.url)), 'launcher.sh');
/** Linux's one line of a processor's kind and features, by which it finds modules that need them. */
const PROCESSOR = '/sys/devices/system/cpu/modalias';
/** Some systems give all files one time, long ago (0 or 1, or npm's of 1985), which tells one Node from another no more. */
const OLDEST = Date.UTC(2000, 0);

/**
 * Flags of Node with the snapshot, those that this Node knows. For a request: no reading of Node's own roots (bin/start.js). For a short run: no baseline code, which takes two milliseconds to make and gains nothing; no looking up anew, at every
 * start, of the lines of all compiled functions; a pattern that is asked a few times is not compiled to machine code; and no garbage is collected before its room is full, which in a
 * short run it never is, and no threads are made for that. For a long stream: that room is 1 MB; and V8 compiles what has run fifteen times as long as it would wait for, since each
 * compilation takes memory, and is done beside the stream.
 */
export const FLAGS = listKnown([
  start.ROOTS_FLAG,
  '--no-sparkplug',
  '--no-enable-lazy-source-positions',
  '--regexp-tier-up-ticks=1000',
  '--no-minor-gc-task',
  '--no-parallel-scavenge',
  '--max-semi-space-size=1',
  '--interrupt-budget=1000000',
]);

/** Those of these flags, Node's or V8's, that this Node has: it refuses to start with another. */
function listKnown(flags) {
  const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8', env: {} });
  const isKnown = (flag) =>
    process.allowedNodeEnvironmentFlags.has(flag) || options.includes(`  --${flag.replace(/^--(?:no-)?|=.*$/g, '')} `);
  return flags.filter(isKnown);
}

/** Whether the launcher could tell that a snapshot is of another Node or processor, so that one may be made. */
export function canTell() {
  return readProcessor() !== '' && statSync(process.execPath).mtimeMs > OLDEST;
}

/** The launcher of an installation in `root` with this Node; `packed`: of a package, for which nothing is known of the place that it is for. */
export function launcherText(root, { packed }) {
  const known = packed ? { AT: '', NODE: '', PROCESSOR: '' } : { AT: root, NODE: process.execPath, PROCESSOR: readProcessor() };
  const facts = {
    FLAGS: FLAGS.join(' '),
    TUNABLES: start.TUNABLES,
    ROOTS_FLAG: start.ROOTS_FLAG,
    ...Object.fromEntries(Object.entries(known).map(([name, text]) => [name, quote(text)])),
  };
  return readFileSync(TEMPLATE, 'utf8').replace(/@([A-Z_]+)@/g, (_, name) => facts[name]);
}

/** Writes the launcher. Throws the file system's error, as `stampNode` does. */
export function writeLauncher(root, how) {
  const launcher = join(root, 'dist/outloop');
  writeFileSync(launcher, launcherText(root, how));
  chmodSync(launcher, 0o755);
}

/** Notes the time of this Node to the nanosecond, which Node itself cannot set: a Node that is replaced has another. From here on the snapshot is used. */
export function stampNode(root) {
  execFileSync('touch', ['-r', process.execPath, join(root, 'dist/node.stamp')]);
}

/** Empty where the system does not tell. */
function readProcessor() {
  try {
    return readFileSync(PROCESSOR, 'utf8').split('\n')[0];
  } catch {
    return '';
  }
}

function quote(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
