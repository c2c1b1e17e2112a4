import { deny, type Denial } from '../denial/denial.js';
import type { Settings } from '../state/settings.js';
import { compileSource, readSource, summarizeProblems } from '../state/compile-source.js';
import type { State } from '../state/open-state.js';
import { deriveSealKey } from '../state/seal.js';
import type { World } from './world.js';
