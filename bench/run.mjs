// `node bench/run.mjs [ROUNDS]`: what `outloop run` costs, beside `node -e 0`, the bare child, a bare request, and the nearest others. Everything
// is on: guard, link, policy, audit with fsync, the embedded store, the redactor. Ratios are medians of the rounds' ratios.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAtOnce } from './at-once.mjs';
import { makeHome } from './home.mjs';
import { interleave, median, ratioOf } from './interleave.mjs';
import { installPeers } from './peers.mjs';
import { peakMemory, timeProcess } from './process.mjs';
import { requestScript, requestService } from './request.mjs';
import { CA_FILE, startServer } from './server.mjs';
import { judge, printTable, times } from './table.mjs';
import { makeCopiedTool, makeSystemTool } from './tool.mjs';

const ROUNDS = Number(process.argv[2] ?? 30);
const MEMORY_ROUNDS = 7;
const AT_ONCE = 200;
const TEN = { tenants: 10, aliases: 10, grants: 10 };
const THOUSANDS = { tenants: 1000, aliases: 10_000, grants: 1000 };
const MANY = '1,000 tenants, 10,000 aliases, 1,000 grants';
const GOALS = { run: 1.6, limit: 1.8, scale: 1.15, memory: 1.6, http: 2.0, https: 3.3 };

const NODE = '`node -e 0`';
const TRUE = '/bin/true';
const RUN = `\`outloop run\` of ${TRUE}`;
const TOOLS = {
  system: 'a 40 MB tool that only root can change',
  copied: 'a 40 MB tool that is copied for each run',
};

/** A run must not pay for the backends that it does not use. */
const EVERY_BACKEND =
  'backends:\n  1password: { token: embedded }\n  infisical: { clientId: bench }\n  doppler: { project: a, config: b }\n' +
  '  vault: { address: https://vault.example.com, roleId: bench }\n  env: { tenants: { bench: ["*"] } }\n' +
  '  file: { mounts: [/etc/secrets] }\n  pass: { kind: exec, argv: [/usr/bin/pass, show, "{ref}"] }\n';

const say = (line) => console.error(`bench: ${line}`);
const folder = mkdtempSync(join(tmpdir(), 'outloop-bench-'));
const server = await startServer();
const systemTool = makeSystemTool();
try {
  const { rows, homes, skipped } = setUp();
  console.log(`Node ${process.versions.node}, ${process.platform}, ${cpus().length} cores; ${ROUNDS} rounds, warm caches.`);
  await printTimes(rows);
  await printMemory(
    rows.filter(({ name }) => name === NODE || name === RUN),
    skipped,
  );
  await printCrowd(homes.crowd);
  for (const line of skipped) console.log(`Skipped: ${line}.`);
} finally {
  await server.close();
  systemTool?.remove();
  rmSync(folder, { recursive: true, force: true });
}

/** Every row's command line; \`child\`: the row of the bare child that it runs, \`goal\`: of its ratio to the first row. */
function setUp() {
  say('setting up');
  const ca = join(folder, 'ca.pem');
  copyFileSync(CA_FILE, ca);
  const paths = { copied: makeCopiedTool(folder), ...(systemTool === null ? {} : { system: systemTool.path }) };
  const skipped = systemTool === null ? [`${TOOLS.system}: that takes root to set up`] : [];
  const nothing = { true: TRUE };
  const homes = {
    ten: makeHome(join(folder, 'ten'), {
      size: TEN,
      actions: { ...nothing, ...paths },
      services: { 'bench-http': requestService('http', server.http), 'bench-https': requestService('https', server.https, ca) },
    }),
    many: makeHome(join(folder, 'many'), { size: THOUSANDS, actions: nothing }),
    crowd: makeHome(join(folder, 'crowd'), { size: TEN, actions: nothing }),
    furnished: makeHome(join(folder, 'furnished'), { size: TEN, actions: nothing, settings: EVERY_BACKEND }),
  };
  say(`compiling ${MANY}`);
  homes.many.type(['run', 'bench.true.run']);
  say('installing the others');
  const peers = installPeers(join(folder, 'peers'));
  const node = (script) => ({ argv: [process.execPath, '-e', script], cwd: folder });
  const rows = [
    { name: NODE, command: node('0') },
    { name: TRUE, command: { argv: [TRUE], cwd: folder } },
    { name: RUN, command: homes.ten.command('bench.true.run'), child: TRUE, goal: GOALS.run },
    { name: `${RUN} with every backend set up`, command: homes.furnished.command('bench.true.run'), child: TRUE },
    { name: `${RUN} with ${MANY}`, command: homes.many.command('bench.true.run'), child: TRUE },
    ...Object.entries(paths).flatMap(([key, path]) => [
      { name: TOOLS[key], command: { argv: [path], cwd: folder } },
      { name: `\`outloop run\` of ${TOOLS[key]}`, command: homes.ten.command(`bench.${key}.run`), child: TOOLS[key] },
    ]),
    { name: 'a bare `node:http` GET on loopback', command: node(requestScript('http', server.http)) },
    { name: '`outloop run` of an HTTP alias', command: homes.ten.command('bench.http.get'), goal: GOALS.http },
    { name: 'a bare `node:https` GET on loopback', command: node(requestScript('https', server.https, ca)) },
    { name: '`outloop run` of an HTTPS alias with a `ca`', command: homes.ten.command('bench.https.get'), goal: GOALS.https },
    ...peers.rows.map(({ name, command }) => ({ name: `${name} of ${TRUE}`, command, child: TRUE })),
  ];
  return { rows, homes, skipped: [...skipped, ...peers.skipped] };
}

async function printTimes(rows) {
  say(`timing ${rows.length} rows in ${ROUNDS} rounds`);
  const timed = await interleave(
    rows.map(({ name, command }) => ({ name, sample: () => timeProcess(command) })),
    ROUNDS,
  );
  const ratio = (name, to) => ratioOf(timed.get(name), timed.get(to));
  printTable(
    ['what', 'median ms', `against ${NODE}`, 'against the bare child', 'goal'],
    rows.map(({ name, child, goal }) => [
      name,
      median(timed.get(name)).toFixed(1),
      times(ratio(name, NODE)),
      child === undefined ? '' : times(ratio(name, child)),
      judge(ratio(name, NODE), goal),
    ]),
  );
  console.log(`\nWith every backend set up it takes ${times(ratio(`${RUN} with every backend set up`, RUN))} of what it takes with none.`);
  const scale = ratio(`${RUN} with ${MANY}`, RUN);
  console.log(`\nWith ${MANY} it takes ${times(scale)} of what it takes with ten of each (goal ${judge(scale, GOALS.scale)}).`);
  if (ratio(RUN, NODE) > GOALS.limit) console.log(`${RUN} is above its limit of ${times(GOALS.limit)}.`);
}

async function printMemory(rows, skipped) {
  say('measuring memory');
  const peaks = await interleave(
    rows.map(({ name, command }) => ({ name, sample: () => peakMemory(command) })),
    MEMORY_ROUNDS,
  );
  if ([...peaks.values()].flat().includes(null)) {
    skipped.push('peak memory: there is no /proc here');
    return;
  }
  printTable(
    ['peak memory', 'MiB', `against ${NODE}`, 'goal'],
    rows.map(({ name }) => {
      const ratio = ratioOf(peaks.get(name), peaks.get(NODE));
      return [name, median(peaks.get(name)).toFixed(1), times(ratio), name === NODE ? '' : judge(ratio, GOALS.memory)];
    }),
  );
}

async function printCrowd(home) {
  say(`${AT_ONCE} at once`);
  const { wrong, elapsedMs, verdict } = await runAtOnce(home, 'bench.true.run', AT_ONCE);
  const found = wrong.length === 0 ? `none failed, every record is there, and ${verdict}` : wrong.join('; ');
  console.log(`\n${AT_ONCE} runs at once, in ${elapsedMs} ms: ${found}.`);
  if (wrong.length > 0) process.exitCode = 1;
}
