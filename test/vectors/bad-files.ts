import type { DenialCode } from '../../src/denial/catalogue.js';

/** What is done to a file; test/journeys/bad-files.test.ts says how. */
export type Harm =
  | 'missing'
  | 'empty'
  | 'huge'
  | 'binary'
  | 'of another user'
  | 'writable by others'
  | 'a link'
  | 'a FIFO'
  | 'a folder'
  | 'with a key twice'
  | 'with an anchor'
  | 'with a tag'
  | 'with a second document'
  | 'with an unknown key'
  | 'nested deep'
  | 'of an unknown version'
  | 'without a version'
  | 'cut short';

/** `OK`: a run does without the file, or makes it anew. */
export type BadFile = {
  readonly file: string;
  readonly code: DenialCode | 'OK';
  readonly except: Partial<Record<Harm, DenialCode | 'OK' | null>>;
};

const ANY: readonly Harm[] = [
  'missing',
  'empty',
  'huge',
  'binary',
  'of another user',
  'writable by others',
  'a link',
  'a FIFO',
  'a folder',
  'cut short',
];
const JSON_HARMS: readonly Harm[] = [
  'with a key twice',
  'with an unknown key',
  'of an unknown version',
  'without a version',
  'nested deep',
];
const YAML_HARMS: readonly Harm[] = [...JSON_HARMS, 'with an anchor', 'with a tag', 'with a second document'];

/** The harms that a file of this name can come to. */
export function listHarms(file: string): readonly Harm[] {
  if (file.endsWith('.yaml')) return [...ANY, ...YAML_HARMS];
  return file.endsWith('.json') ? [...ANY, ...JSON_HARMS] : ANY;
}

/** Every file of the state with what a run says of it; `except` for harms that end otherwise, null for one that is none to this file. */
export const BAD_FILES: readonly BadFile[] = [
  { file: 'state.json', code: 'CONFIG_INVALID', except: { missing: 'CONFIG_UNAVAILABLE' } },
  { file: 'settings.yaml', code: 'CONFIG_INVALID', except: { missing: 'OK', 'cut short': null } },
  { file: 'services/demo.yaml', code: 'CONFIG_INVALID', except: { missing: 'ALIAS_UNKNOWN' } },
  { file: 'tenants/acme.yaml', code: 'CONFIG_INVALID', except: { missing: 'TENANT_UNKNOWN' } },
  { file: 'links.json', code: 'CONFIG_INVALID', except: { missing: 'LINK_NOT_APPROVED' } },
  { file: 'tools.json', code: 'CONFIG_INVALID', except: { missing: 'TOOL_NOT_VETTED' } },
  { file: 'limits/acme.rated.json', code: 'CONFIG_INVALID', except: {} },
  { file: 'audit/key', code: 'CONFIG_INVALID', except: {} },
  {
    file: 'audit/head.json',
    code: 'AUDIT_UNAVAILABLE',
    except: {
      // What a crash leaves behind, from which the log itself tells the way on.
      missing: 'OK',
      empty: 'OK',
      binary: 'AUDIT_CHAIN_BROKEN',
      'cut short': 'AUDIT_CHAIN_BROKEN',
      'with a key twice': 'AUDIT_CHAIN_BROKEN',
      'with an unknown key': 'AUDIT_CHAIN_BROKEN',
      'of an unknown version': 'AUDIT_CHAIN_BROKEN',
      'without a version': 'AUDIT_CHAIN_BROKEN',
      'nested deep': 'AUDIT_CHAIN_BROKEN',
    },
  },
  {
    file: 'audit/MONTH.jsonl',
    code: 'AUDIT_UNAVAILABLE',
    except: {
      missing: 'AUDIT_CHAIN_BROKEN',
      empty: 'AUDIT_CHAIN_BROKEN',
      huge: 'AUDIT_CHAIN_BROKEN',
      binary: 'AUDIT_CHAIN_BROKEN',
      'cut short': 'AUDIT_CHAIN_BROKEN',
    },
  },
  { file: 'vault/store.json', code: 'SECRET_UNUSABLE', except: {} },
  { file: 'vault/key.ID', code: 'SECRET_UNUSABLE', except: {} },
  { file: 'vault/acme/bot.secret', code: 'SECRET_UNUSABLE', except: { missing: 'SECRET_MISSING' } },
  // A cache, made anew wherever its seal does not fit.
  { file: 'compiled/*', code: 'OK', except: {} },
  { file: 'compiled/services/*', code: 'OK', except: {} },
];
