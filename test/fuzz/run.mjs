// Fuzzes the redactor, guided by coverage: an input that runs a block of its code, or runs one another number of times than any before, is kept and changed further. Each
// is checked against the claims of docs/redaction.md (test/redact/fuzz/check-claims.ts).
//
//   npm run fuzz -- [--minutes 10] [--seed N] [--unreached]
//
// Begins with the corpus in test/fixtures/fuzz/redact.txt, one input a line in base64, and writes it anew: the cheapest inputs that cover between them what all have covered. What a
// claim does not hold for is made as small as it can be, printed and added to test/fixtures/fuzz/found.txt; the end is 1 then.
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { countBlocks } from './instrument.mjs';
import { mutate, seedRandom } from './mutate.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const corpusFile = join(root, 'test/fixtures/fuzz/redact.txt');
const foundFile = join(root, 'test/fixtures/fuzz/found.txt');
const scanner = join(root, 'dist/scanner.wasm');

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    unreached: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const random = seedRandom(seed);
const lastsMs = Number(values.minutes) * 60_000;

const blocks = [];
const prepareExam = await loadTarget();
const counts = globalThis.__blocks;
const reached = new Uint8Array(blocks.length);
/** Each feature, a block with how often it ran (once, twice, up to 4, 8 … 64, more), and the cheapest input that has it. */
const features = new Map();
const corpus = [];
const findings = new Map();
let executions = 0;

for (const input of readLines(corpusFile)) consider(input);
if (corpus.length === 0) consider(Buffer.from([0, 0, 3, 0]));
console.log(`seed ${seed}; ${corpus.length} inputs, ${features.size} features to begin with`);

const started = performance.now();
let told = started;
while (performance.now() - started < lastsMs) {
  for (let i = 0; i < 50; i++) consider(mutate(pick(), pick(), random));
  if (performance.now() - told > 30_000) {
    told = performance.now();
    tell();
  }
}
tell();
const kept = minimize();
mkdirSync(dirname(corpusFile), { recursive: true });
writeFileSync(corpusFile, kept.map((input) => `${input.toString('base64')}\n`).join(''));
console.log(`${kept.length} inputs kept in test/fixtures/fuzz/redact.txt`);
if (values.unreached) console.log(blocks.filter((_, i) => reached[i] === 0).join('\n'));
if (findings.size > 0) process.exitCode = 1;

/** The claims and the redactor as one module, with counters in the redactor. */
async function loadTarget() {
  const folder = mkdtempSync(join(tmpdir(), 'outloop-fuzz-'));
  try {
    const outfile = join(folder, 'target.cjs');
    await esbuild.build({
      entryPoints: [join(root, 'test/redact/fuzz/check-claims.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      plugins: [countBlocks(root, 'src/redact/', blocks)],
    });
    globalThis.__blocks = new Uint32Array(blocks.length);
    return createRequire(import.meta.url)(outfile).prepareExam;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readLines(path) {
  return existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => Buffer.from(line, 'base64'))
    : [];
}

/** Runs an input and keeps it if it does something that none has done, or does in less; what a claim does not hold for is no part of the corpus. */
function consider(input) {
  const { seen, finding, cost } = execute(input);
  if (finding !== null) {
    report(input, finding);
    return;
  }
  let news = false;
  for (const feature of seen) {
    const cheapest = features.get(feature);
    news ||= cheapest === undefined;
    if (cheapest === undefined || cost < cheapest.cost) features.set(feature, { input, cost });
  }
  if (news) corpus.push({ input, cost });
}

/** What an input covers: what is made once for its secrets counts as reached, and is no feature of the input. */
function execute(input) {
  executions++;
  counts.fill(0);
  const { scenario, check } = prepareExam(input, scanner);
  note();
  counts.fill(0);
  const finding = check();
  note();
  const seen = [];
  for (let i = 0; i < counts.length; i++) if (counts[i] > 0) seen.push(i * 8 + Math.min(7, 32 - Math.clz32(counts[i])));
  // With each chunk the redactor looks at what went out lately, too.
  const cost = scenario.told.length + 1024 * scenario.chunks.length + input.length;
  return { seen, finding, cost };
}

function note() {
  for (let i = 0; i < counts.length; i++) if (counts[i] > 0) reached[i] = 1;
}

/** One of the corpus, of the newest as often as of all; the quickest of three, so that more of them can be tried. */
function pick() {
  const from = random.below(2) === 0 ? Math.max(0, corpus.length - 64) : 0;
  const some = [0, 0, 0].map(() => corpus[from + random.below(corpus.length - from)]);
  return some.reduce((one, other) => (one.cost < other.cost ? one : other)).input;
}

function tell() {
  const seconds = Math.round((performance.now() - started) / 1000);
  const covered = reached.reduce((sum, one) => sum + one, 0);
  console.log(
    `${seconds} s: ${executions} executions, ${covered} of ${blocks.length} blocks, ${features.size} features, ${corpus.length} inputs, ${findings.size} findings`,
  );
}

/** The cheapest inputs that have every feature between them. */
function minimize() {
  const all = [...new Map(Array.from(features.values(), (one) => [one.input, one])).values()].sort((one, other) => one.cost - other.cost);
  const had = new Set();
  return all
    .map(({ input }) => input)
    .filter((input) => {
      const missing = execute(input).seen.filter((feature) => !had.has(feature));
      for (const feature of missing) had.add(feature);
      return missing.length > 0;
    });
}

/** Prints what a claim does not hold for, once for each claim, as small as leaving out makes it. */
function report(input, { claim }) {
  if (findings.has(claim)) return;
  findings.set(claim, input);
  let small = input;
  for (let size = small.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at + size <= small.length;) {
      const shorter = Buffer.concat([small.subarray(0, at), small.subarray(at + size)]);
      if (execute(shorter).finding?.claim === claim) small = shorter;
      else at += size;
    }
  }
  const { scenario, check } = prepareExam(small, scanner);
  mkdirSync(dirname(foundFile), { recursive: true });
  appendFileSync(foundFile, `${small.toString('base64')}\n`);
  const shown = (text) => JSON.stringify(text.toString('latin1'));
  console.log(
    [
      `does not hold: ${claim}`,
      `  input    ${small.toString('base64')}`,
      `  secrets  ${scenario.subjects.map(({ value }) => shown(value)).join(' ')}`,
      `  forms    ${scenario.leaks.map(({ form }) => form.title).join(', ')}${scenario.even ? '; even' : ''}${scenario.pauses ? '; with pauses' : ''}`,
      `  chunks   ${scenario.chunks.map((chunk) => (chunk.length > 400 ? `(${chunk.length} bytes)` : shown(chunk))).join(' ')}`,
      `  output   ${shown(check()?.output ?? '')}`,
    ].join('\n'),
  );
}
