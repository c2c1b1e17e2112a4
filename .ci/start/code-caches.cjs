'use strict';
// Makes the code caches beside the bundles. V8 keeps what was compiled by then, so they are taken after runs in this process.
const { chmodSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const { dist, suffix, bundles, runs, modules } = JSON.parse(process.argv[2]);
const scripts = new Map();
const loaded = new Map();

/** As bin/start.js loads a bundle, without a cache. */
function load(name) {
  if (loaded.has(name)) return loaded.get(name).exports;
  const filename = join(dist, `${name}.cjs`);
  const script = new Script(readFileSync(filename, 'latin1'), { filename });
  const module = { exports: {} };
  const requireBeside = (id) => (id.startsWith('./') ? load(id.slice(2, -'.cjs'.length)) : require(id));
  script.runInThisContext()(module.exports, requireBeside, module, filename, dist);
  scripts.set(name, script);
  loaded.set(name, module);
  return module.exports;
}

/** One run, which would end this process: the exit code is the answer instead. */
function run(argv) {
  return new Promise((resolve, reject) => {
    process.exit = resolve;
    load('run').main(argv).catch(reject);
  });
}

async function makeCaches() {
  // A run refuses a changed runtime.
  process.execArgv = [];
  for (const { argv, exit } of runs) {
    const ended = await run(argv);
    if (ended !== exit) throw new Error(`${argv.join(' ')} ended with ${ended}`);
  }
  writeFileSync(modules, JSON.stringify(process.moduleLoadList));
  if (bundles.includes('cli')) await load('cli').main(['tenant', 'list']);
  for (const name of bundles) {
    const file = join(dist, `${name}.${suffix}`);
    writeFileSync(file, scripts.get(name).createCachedData());
    // Whoever may read the bundle may read its cache, whatever umask the run has set.
    chmodSync(file, 0o644);
  }
}

makeCaches().then(
  () => (process.exitCode = 0),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
