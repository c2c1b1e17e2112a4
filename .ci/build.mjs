// Bundles the sources into dist/: the small bundle of `outloop run`, the whole command line, the keychain's helper. With `--packed` for a package, else for this very place.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import * as esbuild from 'esbuild';
import { writeNotices } from './notices.mjs';
import { prepareStart } from './start/prepare.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
// Nothing is looked up by name at run time, where NODE_PATH could answer, but for keytar in its helper, which gets no NODE_PATH. src/execute/pty.ts loads its
// native module by its path.
const external = ['keytar'];
const typescript = join(root, '.ci/no-typescript.cjs');

const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  charset: 'ascii',
  legalComments: 'none',
  minify: true,
  define: { OUTLOOP_VERSION: JSON.stringify(version) },
  external,
  // jsonc-parser's main file finds its parts in a way that a bundler cannot follow; its module file is the same code.
  alias: { typescript, 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  absWorkingDir: root,
  logLevel: 'warning',
};
/** What few commands need, and is large. */
const LARGE = { '../../credential/found/find-keys.js': './find-keys.cjs', 'recheck/lib/browser.js': './recheck.cjs' };
const largeApart = {
  name: 'large-apart',
  setup({ onResolve }) {
    onResolve({ filter: /\.js$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' && path in LARGE ? { path: LARGE[path], external: true } : undefined,
    );
  },
};
// bin/start.js runs such a bundle as one function, so that its code cache can be used; whoever requires it finds a module.
const wrapped = {
  banner: {
    js: '((made)=>(typeof module==="object"&&made(exports,require,module,__filename,__dirname),made))((function(exports,require,module,__filename,__dirname){',
  },
  footer: { js: '}))' },
};

/** oclif imports plug-ins, which a bundle that runs as one function leaves to bin/start.js. */
const importsOutside = {
  name: 'imports-outside',
  setup({ onLoad }) {
    onLoad({ filter: /@oclif\/core\/lib\/module-loader\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(/\bimport\(/g, 'require("outloop:import")('),
    }));
  },
};

/** Modules that the sources import when they need them, and that nearly every run needs. */
const HOT = ['run-command', 'embedded-backend'];

/** Puts every other module that is imported when it is needed into a bundle of its own, noted in `apart`, so that this one stays small. */
function standApart(apart) {
  return {
    name: 'stand-apart',
    setup(building) {
      building.onResolve({ filter: /^/ }, async ({ path, kind, importer, resolveDir }) => {
        const name = path.startsWith('.') ? basename(path, '.js') : path.split('/')[path.startsWith('@') ? 1 : 0];
        if (kind !== 'dynamic-import' || path.startsWith('node:') || path === 'typescript' || external.includes(path) || HOT.includes(name))
          return undefined;
        const found = await building.resolve(path, { kind: 'import-statement', importer, resolveDir });
        if ((apart.get(name) ?? found.path) !== found.path) throw new Error(`two modules would be dist/${name}.cjs`);
        apart.set(name, found.path);
        return { path: `./${name}.cjs`, external: true };
      });
    },
  };
}

const inputs = [];

async function build(options) {
  const { metafile } = await esbuild.build({ ...options, metafile: true });
  inputs.push(...Object.keys(metafile.inputs));
}

async function buildRun() {
  const apart = new Map([['run', join(root, 'src/cli/run-main.ts')]]);
  // What stands apart may have something that stands apart in its turn: a Map's iteration comes to what is added meanwhile.
  for (const [name, entry] of apart) {
    await build({
      ...common,
      ...wrapped,
      plugins: [standApart(apart)],
      supported: { 'dynamic-import': false },
      entryPoints: [entry],
      outfile: join(dist, `${name}.cjs`),
    });
  }
}

mkdirSync(dist, { recursive: true });
// The launcher stays, and says meanwhile that the installation is not complete.
for (const name of readdirSync(dist)) if (name !== 'outloop') rmSync(join(dist, name), { recursive: true });
// The redactor's scanner, from AssemblyScript: the same source and compiler give the same bytes.
const compiled = await asc.main(
  [
    'src/redact/wasm/scanner.ts',
    '--outFile',
    'dist/scanner.wasm',
    '-O3',
    '--enable',
    'simd',
    '--runtime',
    'stub',
    '--noAssert',
    '--initialMemory',
    '1',
    // Vectors pass between functions of it, and none comes out.
    '--disableWarning',
    '112',
  ],
  { baseDir: root, stdout: process.stdout, stderr: process.stderr },
);
if (compiled.error !== null) throw compiled.error;
await Promise.all([
  buildRun(),
  build({
    ...common,
    ...wrapped,
    keepNames: true,
    supported: { 'dynamic-import': false },
    external: [...external, 'outloop:import'],
    plugins: [largeApart, importsOutside],
    entryPoints: [join(root, 'src/cli/main.ts')],
    outfile: join(dist, 'cli.cjs'),
  }),
  build({
    ...common,
    ...wrapped,
    alias: { ...common.alias, debug: join(root, '.ci/no-debug.cjs') },
    entryPoints: [join(root, 'src/credential/found/find-keys.ts')],
    outfile: join(dist, 'find-keys.cjs'),
  }),
  build({ ...common, entryPoints: [join(root, 'src/credential/keychain/helper.ts')], outfile: join(dist, 'keychain-helper.cjs') }),
]);
writeNotices(inputs);
await prepareStart({ packed: process.argv.includes('--packed') });
writeFileSync(join(root, 'dist/built'), '');
