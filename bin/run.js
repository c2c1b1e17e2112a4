#!/usr/bin/env node
'use strict';
// Node opens its inspector to every process of this user on SIGUSR1, unless somebody listens: so this comes first.
process.on('SIGUSR1', () => {});

const { join } = require('node:path');
const { isatty } = require('node:tty');
const { ROOTS_FLAG, isHot, openBundles, tidyProcess } = require('./start.js');

tidyProcess([ROOTS_FLAG]);
const dist = join(__dirname, '..', 'dist');
const load = openBundles(dist, 'cache', require);

const argv = process.argv.slice(2);
const hot = isHot(argv);

/** oclif asks for a home and a shell, which a user that no password file knows has not, and an empty HOME would be the folder we are in. */
function hasHome() {
  try {
    return require('node:os').homedir().startsWith('/');
  } catch {
    return false;
  }
}

/**
 * The whole command line, which oclif finds again among the modules. What a library prints while it loads (oclif: that the folder is gone) is not for our users. Libraries judge then
 * whether there is colour, which is for a terminal whatever FORCE_COLOR says; what outloop starts gets the caller's environment.
 */
function loadCommandLine() {
  if (!hasHome()) process.env.HOME = '/nonexistent';
  process.env.SHELL ||= '/bin/sh';
  const { FORCE_COLOR: forced } = process.env;
  if (!isatty(1)) delete process.env.FORCE_COLOR;
  const { write } = process.stderr;
  process.stderr.write = () => true;
  try {
    const filename = join(dist, 'cli.cjs');
    const exports = load('cli');
    require.cache[filename] = { id: filename, filename, exports, loaded: true, children: [], paths: [] };
    return exports;
  } finally {
    process.stderr.write = write;
    if (forced !== undefined) process.env.FORCE_COLOR = forced;
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
