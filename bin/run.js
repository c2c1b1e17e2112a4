#!/usr/bin/env node
'use strict';
// Node opens its inspector to every process of this user on SIGUSR1, unless somebody listens: so this comes first.
process.on('SIGUSR1', () => {});

const { join } = require('node:path');
const { openBundles, tidyEnvironment } = require('./start.js');

tidyEnvironment();
const dist = join(__dirname, '..', 'dist');
const load = openBundles(dist, 'cache', require);

// `run`, `redact` and a schedule's firing are the hot path: a small bundle without oclif. Everything else, their help too, is the whole command line.
const argv = process.argv.slice(2);
const ours = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
const runs = argv[0] === 'run' || argv[0] === 'redact' || (argv[0] === 'schedule' && argv[1] === 'run');
const hot = runs && !ours.includes('--help') && !ours.includes('-h');

/** oclif asks for a home and a shell, which a user that no password file knows has not, and an empty HOME would be the folder we are in. */
function hasHome() {
  try {
    return require('node:os').homedir().startsWith('/');
  } catch {
    return false;
  }
}

/** The whole command line, which oclif finds again among the modules. What a library prints while it loads (oclif: that the folder is gone) is not for our users. */
function loadCommandLine() {
  if (!hasHome()) process.env.HOME = '/nonexistent';
  process.env.SHELL ||= '/bin/sh';
  const { write } = process.stderr;
  process.stderr.write = () => true;
  try {
    const filename = join(dist, 'cli.cjs');
    const exports = load('cli');
    require.cache[filename] = { id: filename, filename, exports, loaded: true, children: [], paths: [] };
    return exports;
  } finally {
    process.stderr.write = write;
  }
}

let main;
try {
  ({ main } = hot ? load('run') : loadCommandLine());
} catch {
  process.stderr.write('outloop: this installation is not complete. Next: build or install it again.\n');
  process.exit(hot ? 119 : 1);
}
main(argv);
