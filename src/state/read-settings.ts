import { isAbsolute, normalize } from 'node:path';
import { cosmiconfig } from 'cosmiconfig';
import { z } from 'zod';
import type { ZodType } from 'zod';
import type { Json } from '../model/service.js';
import { parseProxy } from '../net/proxy.js';
import { faultProblem, MAX_SOURCE_BYTES } from './compile-source.js';
import type { State } from './open-state.js';
import { readPrivateFile } from './private-file.js';
import { DEFAULT_SETTINGS, findCodeBeside } from './settings.js';
import type { Settings, SettingsAnswer } from './settings.js';
import { checkShape, parseYaml } from './yaml.js';

const FILE = 'settings.yaml';

const toolDir = z
  .string()
  .refine(
    (path) => isAbsolute(path) && normalize(path) === path && path !== '/' && !path.endsWith('/'),
    'must be an absolute directory without . or ..',
  );

const proxyOrigin = z.string().refine((text) => parseProxy(text) !== null, 'must be http://host:port, without a name or password');

/** The shape of what stands under `backends:`, which depends on the kinds that are named there. */
export type ShapeBackends = (value: Json) => Promise<ZodType<Settings['backends']>>;

function shapeSettings(backends: ZodType<Settings['backends']>) {
  return z.strictObject({
    version: z.literal(1),
    toolDirs: z.array(toolDir).max(100).default([]),
    proxy: proxyOrigin.nullable().default(null),
    requestUngranted: z.boolean().default(false),
    backends,
  });
}

type Shape = ReturnType<typeof shapeSettings>;

/**
 * Reads settings.yaml from the checked configuration directory; the defaults when it is absent. It never runs code:
 * cosmiconfig does so from the directory it is constructed in (and for `$import`), so it is constructed with the
 * configuration directory as the working directory, after making sure that none of the files it would run stands there,
 * and its one loader is ours. The working directory is as before when the construction is over, however it ended.
 */
export async function readSettings(state: State, shapeBackends: ShapeBackends): Promise<SettingsAnswer> {
  const file = readPrivateFile(state.paths.settings, { uid: state.uid, maxBytes: MAX_SOURCE_BYTES });
  if (file.kind === 'absent') return { kind: 'ok', settings: DEFAULT_SETTINGS };
  if (file.kind === 'refused') return { kind: 'invalid', problems: [faultProblem(FILE, file.why)] };
  const code = findCodeBeside(state);
  if (code !== null) return { kind: 'invalid', problems: [faultProblem(FILE, code)] };
  const parsed = parseYaml(FILE, file.bytes);
  if (parsed.kind === 'invalid') return parsed;
  const shape = shapeSettings(await shapeBackends(parsed.value['backends'] ?? {}));
  const invalid = judge(file.bytes, shape);
  if (invalid.kind === 'invalid') return invalid;
  const explorer = constructIn(state.paths.config, shape);
  const found = await explorer.load(state.paths.settings);
  return { kind: 'ok', settings: found?.config as Settings };
}

function constructIn(directory: string, shape: Shape): ReturnType<typeof cosmiconfig> {
  const before = process.cwd();
  process.chdir(directory);
  try {
    return cosmiconfig('outloop', {
      searchPlaces: [FILE],
      stopDir: directory,
      loaders: {
        ...Object.fromEntries(OTHER_KINDS.map((kind) => [kind, refuseKind])),
        '.yaml': (_path, content) => settingsFrom(content, shape),
      },
      mergeSearchPlaces: false,
    });
  } finally {
    process.chdir(before);
  }
}

/** Every other kind of file that cosmiconfig would load, some of them by running it. */
const OTHER_KINDS = ['.mjs', '.cjs', '.js', '.ts', '.json', '.yml', 'noExt'];

function refuseKind(): never {
  throw new Error('settings are YAML only');
}

function settingsFrom(content: string, shape: Shape): Settings {
  const answer = judge(Buffer.from(content), shape);
  // The file was judged a moment ago; it changed since.
  if (answer.kind === 'invalid') throw new Error('settings.yaml changed while it was read');
  return answer.settings;
}

function judge(bytes: Uint8Array, shape: Shape): SettingsAnswer {
  const parsed = parseYaml(FILE, bytes);
  if (parsed.kind === 'invalid') return parsed;
  const checked = checkShape(shape, parsed);
  if (checked.kind === 'invalid') return checked;
  const { toolDirs, proxy, requestUngranted, backends } = checked.value;
  return { kind: 'ok', settings: { toolDirs, proxy, requestUngranted, backends } };
}
