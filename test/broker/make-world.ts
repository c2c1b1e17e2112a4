import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeToolPins } from '../../src/service/tool-pins.js';
import { vetTool } from '../../src/service/vet-tool.js';
import type { RunStreams } from '../../src/broker/performance.js';
import type { World } from '../../src/broker/world.js';
import { openCaptureSink } from '../../src/cli/descriptor-sink.js';
import type { Ask, BackendAnswer } from '../../src/credential/backend.js';
import { MemoryBackend } from '../../src/credential/memory/memory-backend.js';
import { isDenial } from '../../src/denial/denial.js';
import { formatLinkFile } from '../../src/link/link-file.js';
import { formatRegistry, type LinkEntry } from '../../src/link/registry.js';
import type { AuditRecord } from '../../src/model/audit.js';
import type { LinkId, ProjectName, TenantName } from '../../src/model/ids.js';
import type { LinkEvidence } from '../../src/model/link.js';
import type { Caller, RunRequest } from '../../src/model/run.js';
import { makeState } from '../../src/state/make-state.js';
import { openState, type State } from '../../src/state/open-state.js';
import { locateState } from '../../src/state/paths.js';
import { temporaryHome } from '../helpers/temporary-home.js';
import { put } from '../state/temporary-state.js';
import { locksInTurn } from './world-over.js';

export const UID = process.getuid?.() ?? 0;

/** One question to the backend, with the last audit record that stood on disk when it was asked. */
export type Asked = { readonly ref: string; readonly ask: Pick<Ask, 'tenant' | 'credential'>; readonly last: AuditRecord | null };

/** A memory backend that remembers what it was asked. */
export class WatchedBackend extends MemoryBackend {
  readonly asked: Asked[] = [];
  readonly #state: State;

  constructor(state: State, values: Readonly<Record<string, string>>) {
    super(values);
    this.#state = state;
  }

  override get(ref: string, ask: Ask): Promise<BackendAnswer> {
    this.asked.push({ ref, ask: { tenant: ask.tenant, credential: ask.credential }, last: readLog(this.#state).at(-1) ?? null });
    return super.get(ref, ask);
  }
}

export type MadeWorld = {
  readonly world: World;
  readonly state: State;
  readonly backend: WatchedBackend;
  /** A folder that is gone with the test. */
  readonly home: string;
  /** Writes `services/<name>.yaml` or `tenants/<name>.yaml`; JSON is YAML. */
  service(name: string, content: object): void;
  tenant(name: string, content: object): void;
  /** Makes and registers a linked folder, and gives its evidence. */
  link(tenant: string, project: string): Extract<LinkEvidence['file'], { kind: 'found' }>;
  /** Pins an executable, as `service vet` does. */
  vet(executable: string): void;
};

/**
 * A real operator state in a temporary folder, with every backend's name answered by one in memory, which holds `values` (reference → value).
 * The clock stands at `nowMs`.
 */
export function makeWorld(given: { readonly nowMs?: number; readonly values?: Readonly<Record<string, string>> } = {}): MadeWorld {
  const home = temporaryHome();
  const paths = locateState({ OUTLOOP_HOME: join(home, 'state') }, home);
  if (isDenial(paths)) throw new Error(paths.code);
  makeState(paths, { id: 'st_01JD3Y0000000000000000000A', auditKey: randomBytes(32) }, UID);
  const state = openState(paths, UID);
  if (isDenial(state)) throw new Error(state.code);
  const backend = new WatchedBackend(state, given.values ?? {});
  const nowMs = given.nowMs ?? Date.parse('2026-11-23T10:00:00.000Z');
  const temporary = join(home, 'tmp');
  mkdirSync(temporary, { mode: 0o700 });
  const backendSetting = (of: State) => ({
    state: of,
    userAgent: 'outloop/0.0.0-test',
    now: () => nowMs,
    pid: process.pid,
    random: randomBytes,
    env: {},
    takeVariable: () => null,
    temporary,
    helper: '/nonexistent',
    execPath: process.execPath,
  });
  const world: World = {
    version: '0.0.0-test',
    paths,
    uid: UID,
    pid: process.pid,
    user: 'ada',
    home,
    now: () => nowMs,
    random: randomBytes,
    ciSecret: () => null,
    tampered: () => null,
    openBackend: () => Promise.resolve(backend),
    backendSetting,
    locks: locksInTurn(),
    command: () => ['/nonexistent/outloop'],
    scanner: join(import.meta.dirname, '../../dist/scanner.wasm'),
    installation: join(import.meta.dirname, '../..'),
    templates: join(import.meta.dirname, '../../templates'),
    inspectorUrl: () => undefined,
    temporary,
    ambient: {},
  };
  const links: LinkEntry[] = [];
  return {
    world,
    state,
    backend,
    home,
    service: (name, content) => put(join(paths.services, `${name}.yaml`), JSON.stringify(content)),
    tenant: (name, content) => put(join(paths.tenants, `${name}.yaml`), JSON.stringify(content)),
    link(tenant, project) {
      const directory = join(home, `${tenant}-${project}`);
      mkdirSync(directory, { mode: 0o700 });
      const { dev, ino } = statSync(directory);
      const id = `lnk_01JD3Y00000000000000000${String(links.length).padStart(3, '0')}` as LinkId;
      const bytes = Buffer.from(formatLinkFile({ link: id, tenant: tenant as TenantName, project: project as ProjectName }));
      put(join(directory, '.outloop'), bytes.toString());
      const place = { directory, device: String(dev), inode: String(ino) };
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      links.push({
        id,
        tenant: tenant as TenantName,
        project: project as ProjectName,
        ...place,
        sha256,
        time: new Date(nowMs).toISOString(),
      });
      put(paths.links, formatRegistry({ links }).toString());
      return { kind: 'found', ...place, bytes };
    },
    vet(executable) {
      const vetted = vetTool(executable, { uid: UID, toolDirs: [], service: 'demo' });
      if (isDenial(vetted)) throw new Error(vetted.code);
      writeToolPins(paths.tools, { [executable]: vetted.pin });
    },
  };
}

/** A caller in a folder, on no terminal, with an environment of nothing. */
export function callerIn(file: LinkEvidence['file'], more: Partial<Caller> = {}): Caller {
  const cwd = file.kind === 'none' ? '/' : file.directory;
  return {
    env: {},
    execArgv: [],
    terminal: { stdin: false, stdout: false, stderr: false },
    link: { cwd, file },
    session: null,
    user: 'ada',
    ...more,
  };
}

export function requestOf(alias: string, params: Readonly<Record<string, string>> = {}, more: Partial<RunRequest> = {}): RunRequest {
  const given = Object.entries(params).map(([name, text]) => ({ name, kind: 'text' as const, text }));
  return { alias, assertedTenants: [], params: given, extra: [], claim: null, timeoutMs: null, reason: null, ...more };
}

/** Streams that keep what is written. */
export function captureStreams(): { readonly streams: RunStreams; readonly stdout: () => string; readonly stderr: () => string } {
  const stdout = openCaptureSink();
  const stderr = openCaptureSink();
  const streams: RunStreams = { stdin: { kind: 'none' }, stdout, stderr, terminal: null, onSignal: () => () => undefined };
  return { streams, stdout: () => stdout.text(), stderr: () => stderr.text() };
}

/** Every audit record, oldest first. */
export function readLog(state: State): readonly AuditRecord[] {
  return readdirSync(state.paths.audit)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(join(state.paths.audit, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditRecord);
}
