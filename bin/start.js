'use strict';
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

/**
 * Whether a command line is on the hot path: `run`, `redact` and a schedule's firing, which a small bundle without oclif does. Everything else, their help too, is the whole command line's. The launcher has
 * the same rule in its own words (.ci/start/launcher.sh).
 */
function isHot(argv) {
  const [command, topic] = argv;
  if (command !== 'run' && command !== 'redact' && !(command === 'schedule' && topic === 'run')) return false;
  const ours = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  return !ours.includes('--help') && !ours.includes('-h');
}

/**
 * What the launcher asks of glibc's malloc (gnu.org/software/libc/manual, Memory Allocation Tunables): huge pages, one arena, and room for what a start reads and unpacks. The kernel would hand that out in pages
 * of 4 KiB, each with an interrupt of its own.
 */
const TUNABLES = ['hugetlb=1', 'mmap_threshold=8388608', 'top_pad=4194304', 'arena_max=1'].map((text) => `glibc.malloc.${text}`).join(':');

/**
 * The flag of Node's that the launcher gives on the hot path. At the first TLS context Node reads all of its own roots, as long as `node -e 0` takes, though outloop says whose certificates it believes; with
 * this flag it reads OpenSSL's instead, of which the launcher leaves none.
 */
const ROOTS_FLAG = '--use-openssl-ca';

/** Makes this process's environment, and its own arguments, what outloop can judge: without the flags that the launcher gives. Whoever gives others has changed the runtime. */
function tidyProcess(flags) {
  const { execArgv } = process;
  if (flags.every((flag, index) => execArgv[index] === flag)) process.execArgv = execArgv.slice(flags.length);
  // Some versions of glibc cut the text while they read it.
  const { GLIBC_TUNABLES: asked } = process.env;
  if (asked !== undefined && TUNABLES.startsWith(asked)) delete process.env.GLIBC_TUNABLES;
  // Libraries that log for DEBUG would print arguments and environment.
  delete process.env.DEBUG;
  // What the launcher kept from Node is the caller's again; of what the caller keeps from us by that name nothing is believed.
  const { OUTLOOP_NODE_OPTIONS: kept } = process.env;
  if (kept === undefined) return;
  process.env.NODE_OPTIONS ||= kept;
  delete process.env.OUTLOOP_NODE_OPTIONS;
}

/**
 * Gives what loads the bundles of `dist` by their names, each with the code cache that the build made beside it, `<name>.<cache>`; V8 refuses one that does not fit. `outside`
 * is the `require` for what is no bundle; `keep` is told each bundle's script. What it gives has `forget`, after which a bundle is loaded anew when it is asked for.
 */
function openBundles(dist, cache, outside, keep = () => {}) {
  const loaded = {};
  const readCache = (name) => {
    try {
      return readFileSync(join(dist, `${name}.${cache}`));
    } catch {
      return undefined;
    }
  };
  const load = (name) => {
    const filename = join(dist, `${name}.cjs`);
    const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: readCache(name) });
    keep(name, script);
    const module = { exports: {} };
    script.runInThisContext()(module.exports, requireBeside, module, filename, dist);
    return module.exports;
  };
  // A bundle's `require`: its neighbours are bundles as well, and what it imports is imported here. Every module of a bundle asks for its own imports again.
  const requireBeside = (id) => {
    if (id === 'outloop:import') return (url) => import(url);
    return (loaded[id] ??= id.startsWith('./') ? load(id.slice(2, -'.cjs'.length)) : outside(id));
  };
  load.forget = (name) => delete loaded[`./${name}.cjs`];
  return load;
}

module.exports = { TUNABLES, ROOTS_FLAG, isHot, tidyProcess, openBundles };
