'use strict';

/** Performs runs in this process, one after the other; what would end it gives the exit code instead. `start`: begins one with its words. Throws where one does not end as it should. */
module.exports = async function performRuns(runs, start) {
  const { reallyExit } = process;
  for (const { argv, env = {}, exit } of runs) {
    Object.assign(process.env, env);
    const ended = await new Promise((resolve, reject) => {
      process.reallyExit = resolve;
      start(argv).catch(reject);
    });
    // Node does nothing more at its next tick once it is ending.
    process._exiting = false;
    for (const name of Object.keys(env)) delete process.env[name];
    if (ended !== exit) throw new Error(`${argv.join(' ')} ended with ${ended}`);
  }
  process.reallyExit = reallyExit;
  process.exitCode = undefined;
};
