'use strict';
// Makes the code caches beside the bundles. V8 keeps what was compiled by then, so they are taken after runs in this process.
const { chmodSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { openBundles } = require('../../bin/start.js');
const performRuns = require('./perform-runs.cjs');

const { dist, suffix, bundles, runs, modules } = JSON.parse(process.argv[2]);
const scripts = new Map();
const load = openBundles(dist, suffix, require, (name, script) => scripts.set(name, script));

async function makeCaches() {
  // A run refuses a changed runtime.
  process.execArgv = [];
  await performRuns(runs, load('run').main);
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
