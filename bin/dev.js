#!/usr/bin/env node
'use strict';
// Builds first, then runs: for work on the sources.
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

const built = spawnSync(process.execPath, [join(__dirname, '..', '.ci', 'ensure.mjs')], { stdio: ['ignore', 'inherit', 'inherit'] });
if (built.status !== 0) process.exit(1);
require('./run.js');
