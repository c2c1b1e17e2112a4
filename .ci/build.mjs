// Bundles the sources into dist/: the small bundle of `outloop run`, the whole command line, the keychain's helper.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  charset: 'ascii',
  legalComments: 'none',
  minify: true,
  keepNames: true,
  define: { OUTLOOP_VERSION: JSON.stringify(version) },
  external: ['keytar', 'typescript'],
  logLevel: 'warning',
};
/** What `run` needs only when a file of the operator has changed, or for what few services use: in bundles of their own, so that the hot one stays small. */
const RARE = {
  './compile-file.js': './compile-service.cjs',
  '../tenant/compile-tenant.js': './compile-tenant.cjs',
  './read-settings.js': './read-settings.cjs',
  './mint-tokens.js': './mint-tokens.cjs',
  './rare-schemes.js': './rare-schemes.cjs',
};
/** What one command alone needs, and is large. */
const LARGE = { '../../credential/found/find-keys.js': './find-keys.cjs' };
const apart = (bundles) => ({
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /\.js$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' && path in bundles ? { path: bundles[path], external: true } : undefined,
    );
  },
});
// bin/run.js runs a bundle as one function, so that its code cache can be used.
const wrapped = { banner: { js: '(function(exports,require,module,__filename,__dirname){' }, footer: { js: '})' } };

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
// The redactor's scanner, from AssemblyScript: the same source and compiler give the same bytes.
const compiled = await asc.main(
  ['src/redact/wasm/scanner.ts', '--outFile', 'dist/scanner.wasm', '-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert', '--initialMemory', '32'],
  { baseDir: root, stdout: process.stdout, stderr: process.stderr },
);
if (compiled.error !== null) throw compiled.error;
await Promise.all([
  build({
    ...common,
    ...wrapped,
    plugins: [apart(RARE)],
    supported: { 'dynamic-import': false },
    entryPoints: [join(root, 'src/cli/run-main.ts')],
    outfile: join(dist, 'run.cjs'),
  }),
  build({ ...common, plugins: [apart(LARGE)], entryPoints: [join(root, 'src/cli/main.ts')], outfile: join(dist, 'cli.cjs') }),
  build({
    ...common,
    alias: { debug: join(root, '.ci/no-debug.cjs') },
    entryPoints: [join(root, 'src/credential/found/find-keys.ts')],
    outfile: join(dist, 'find-keys.cjs'),
  }),
  build({ ...common, entryPoints: [join(root, 'src/broker/compile-file.ts')], outfile: join(dist, 'compile-service.cjs') }),
  build({ ...common, entryPoints: [join(root, 'src/tenant/compile-tenant.ts')], outfile: join(dist, 'compile-tenant.cjs') }),
  build({ ...common, entryPoints: [join(root, 'src/state/read-settings.ts')], outfile: join(dist, 'read-settings.cjs') }),
  build({ ...common, entryPoints: [join(root, 'src/broker/mint-tokens.ts')], outfile: join(dist, 'mint-tokens.cjs') }),
  build({ ...common, entryPoints: [join(root, 'src/scheme/rare-schemes.ts')], outfile: join(dist, 'rare-schemes.cjs') }),
  build({ ...common, entryPoints: [join(root, 'src/credential/keychain/helper.ts')], outfile: join(dist, 'keychain-helper.cjs') }),
]);
execFileSync(process.execPath, [join(root, '.ci/code-cache.mjs')], { stdio: 'inherit' });
