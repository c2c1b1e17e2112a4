// Writes dist/outloop, which starts outloop, from bin/outloop.sh.
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `flags`: those that the startup snapshot was made with. Null where there is none, for a package: nothing is known then of the place that it is for. */
export function writeLauncher(root, flags) {
  const known = flags === null ? { AT: '', NODE: '', PROCESSOR: '' } : { AT: root, NODE: process.execPath, PROCESSOR: describeProcessor() };
  const facts = { FLAGS: (flags ?? []).join(' '), ...Object.fromEntries(Object.entries(known).map(([name, text]) => [name, quote(text)])) };
  const text = readFileSync(join(root, 'bin/outloop.sh'), 'utf8').replace(/@([A-Z]+)@/g, (_, name) => facts[name]);
  const launcher = join(root, 'dist/outloop');
  writeFileSync(launcher, text);
  chmodSync(launcher, 0o755);
  if (flags === null) return;
  // The time of this Node, to the nanosecond, which Node itself cannot set: a Node that is replaced has another.
  execFileSync('touch', ['-r', process.execPath, join(root, 'dist/node.stamp')]);
}

/** What the launcher compares: the first processor's kind and what it can do, as Linux tells it; empty where it does not, and no snapshot is used. */
export function describeProcessor() {
  try {
    const lines = readFileSync('/proc/cpuinfo', 'utf8').split('\n');
    const last = lines.findIndex((line) => /^(flags|Features)/.test(line));
    return lines
      .slice(0, last + 1)
      .filter((line) => /^(vendor_id|cpu family|model|stepping|flags|Features)/.test(line))
      .join('');
  } catch {
    return '';
  }
}

function quote(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
