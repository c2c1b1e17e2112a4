#!/usr/bin/env node
'use strict';
// Node opens its inspector to every process of this user on SIGUSR1, unless somebody listens: so this comes first.
process.on('SIGUSR1', () => {});
// Libraries that log for DEBUG would print arguments and environment.
delete process.env.DEBUG;

const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const dist = join(__dirname, '..', 'dist');
const loaded = {};

/** A bundle's exports, made with the code cache that the build made after a run of it; V8 refuses a cache that does not fit. */
function load(name) {
  const filename = join(dist, `${name}.cjs`);
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: readCache(name) });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, requireBeside, module, filename, dist);
  return module.exports;
}

function readCache(name) {
  try {
    return readFileSync(join(dist, `${name}.cache`));
  } catch {
    return undefined;
  }
}

/** A bundle's `require`: its neighbours are bundles as well. Every module of a bundle asks for its own imports again. */
function requireBeside(id) {
  return (loaded[id] ??= id.startsWith('./') ? load(id.slice(2, -'.cjs'.length)) : require(id));
}

// `run` and a schedule's firing are the hot path: a small bundle without oclif. Everything else, their help too, is the whole command line.
const argv = process.argv.slice(2);
const ours = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
const runs = argv[0] === 'run' || (argv[0] === 'schedule' && argv[1] === 'run');
const hot = runs && !ours.includes('--help') && !ours.includes('-h');
let main;
try {
  ({ main } = hot ? load('run') : require('../dist/cli.cjs'));
} catch {
  process.stderr.write('outloop: this installation is not complete. Next: build or install it again.\n');
  process.exit(hot ? 119 : 1);
}
main(argv);
