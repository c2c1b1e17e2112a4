'use strict';
// Stands for `typescript` in the bundles: two libraries would load it for configuration files in TypeScript, which nobody reads.
throw new Error('there is no TypeScript here');
