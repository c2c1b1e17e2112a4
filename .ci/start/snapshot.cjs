'use strict';
// What Node's startup snapshot of `outloop run` is made from (nodejs.org/docs/latest-v20.x/api/cli.html#--build-snapshot): the small bundle after runs of it, so that nothing of its
// path has to be loaded or compiled. What these runs left behind in this process is taken back, since each real run begins with it.
const childProcess = require('node:child_process');
const { once } = require('node:events');
const { writeFileSync } = require('node:fs');
const { startupSnapshot } = require('node:v8');
const { openBundles, tidyProcess } = require('../../bin/start.js');
const performRuns = require('./perform-runs.cjs');

/** V8 gives a context these when it is started from the snapshot, and not while it is made. */
const LATER = {
  toSorted: (array, order) => array.slice().sort(order),
  toReversed: (array) => array.slice().reverse(),
};

const { dist, suffix, folder, runs, flags, modules } = JSON.parse(process.env.OUTLOOP_SNAPSHOT);
delete process.env.OUTLOOP_SNAPSHOT;
const load = openBundles(dist, suffix, require);
const { main } = load('run');

startupSnapshot.setDeserializeMainFunction(() => start(process.argv.slice(1)));

function start(argv) {
  // Node opens its inspector to every process of this user on SIGUSR1, unless somebody listens: so this comes first.
  process.on('SIGUSR1', () => {});
  // Behind the flags comes the snapshot's own path.
  tidyProcess([...flags, '--snapshot-blob', process.execArgv[flags.length + 1]]);
  return main(argv);
}

/**
 * Node sets up its loaders of modules at each start, and not while a snapshot is made, so nothing of that would be compiled. They are Node's own (`--expose-internals`): one that has them under other names compiles
 * them at each start.
 */
function setUpLoaders() {
  try {
    require('internal/process/pre_execution').setupUserModules();
  } catch {
    // As without it, half a millisecond slower.
  }
}

async function warmUp() {
  setUpLoaders();
  const takeBack = remember();
  process.execArgv = [];
  process.chdir(folder);
  await performRuns(runs, start);
  // What else a request needs would be unpacked in vain for each command; what it has compiled of Node and of the small bundle stays.
  load.forget('http-action');
  writeFileSync(modules, JSON.stringify(process.moduleLoadList));
  await takeBack();
}

/** Gives what makes this process be as it is now. */
function remember() {
  const streams = ['stdout', 'stderr'].map((name) => [name, Object.getOwnPropertyDescriptor(process, name)]);
  const listeners = new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]));
  const later = Object.entries(LATER).filter(([name]) => !(name in Array.prototype));
  for (const [name, make] of later) {
    const value = function (...given) {
      return make(this, ...given);
    };
    Object.defineProperty(Array.prototype, name, { value, configurable: true });
  }
  const { spawn } = childProcess;
  const children = [];
  childProcess.spawn = (...given) => children[children.push(spawn(...given)) - 1];
  const { setTimeout } = globalThis;
  const timers = [];
  globalThis.setTimeout = (...given) => timers[timers.push(setTimeout(...given)) - 1];
  return async () => {
    childProcess.spawn = spawn;
    // A run leaves the helper with its lock to the end of its process.
    for (const child of children) {
      child.ref();
      for (const stream of child.stdio.filter((stream) => stream !== null && !stream.closed)) await once(stream.destroy(), 'close');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    for (const timer of timers) clearTimeout(timer);
    globalThis.setTimeout = setTimeout;
    for (const [name] of later) delete Array.prototype[name];
    for (const [name, descriptor] of streams) Object.defineProperty(process, name, descriptor);
    for (const name of process.eventNames()) {
      const kept = listeners.get(name) ?? [];
      for (const listener of process.rawListeners(name)) if (!kept.includes(listener)) process.off(name, listener);
    }
    // Node remembers the folder that it was asked for last.
    process.chdir('/');
    // And when its next timer is due, until one has run: no later one would be set before that.
    await new Promise((resolve) => setTimeout(resolve, 1));
  };
}

warmUp().catch((error) => {
  process._rawDebug(error);
  process.exit(1);
});
