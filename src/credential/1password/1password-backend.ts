import type { Ask, Backend, BackendAnswer, OpenSetting, ProbeAnswer } from '../backend.js';
import { defineKind } from '../kind.js';
import type { TokenPlace } from '../kind.js';
import { probeConnect, readFromConnect } from './connect.js';
import { probeOp, readWithOp } from './op-program.js';
import { parseOpReference } from './op-reference.js';

/** `connect`: a Connect server's address; null: the `op` program. `token`: Connect's, or a service account's for `op`; null: the desktop app's. */
export type OpOptions = {
  readonly op: string;
  readonly account: string | null;
  readonly connect: string | null;
  readonly token: TokenPlace | null;
  readonly networks: string[];
  readonly ca: string | null;
};

const DEFAULTS: OpOptions = {
  // Where 1Password's own packages put it (developer.1password.com/docs/cli/get-started).
  op: process.platform === 'darwin' ? '/usr/local/bin/op' : '/usr/bin/op',
  account: null,
  connect: null,
  token: null,
  networks: [],
  ca: null,
};

const SPELLING = 'its ref is not spelt as op://vault/item/field';

/** 1Password, through its program `op` or a Connect server. A reference is `op://vault/item/[section/]field`. */
export const onePassword = defineKind<OpOptions>({
  shape: ({ origin, line, path, token, web }) => ({
    op: path.default(DEFAULTS.op),
    account: line.nullable().default(null),
    connect: origin.nullable().default(null),
    token: token.nullable().default(null),
    ...web,
  }),
  faultOfOptions: ({ connect, account }) => (connect !== null && account !== null ? 'account is for op, and connect is set' : null),
  defaults: DEFAULTS,
  faultOfReference: (ref, _tenant, { connect }) => {
    const parsed = parseOpReference(ref);
    if (parsed === null) return SPELLING;
    return connect !== null && parsed.attribute !== '' ? 'its ref asks for an attribute, which Connect does not give' : null;
  },
  program: ({ op, connect }) => (connect === null ? op : null),
  token: tokenOf,
  place: ({ op, connect }) => connect ?? op,
  open: (setting, options) => new OnePasswordBackend(setting, options),
});

/** Connect always needs a token. */
function tokenOf({ connect, token }: OpOptions): TokenPlace | null {
  return token ?? (connect === null ? null : 'embedded');
}

class OnePasswordBackend implements Backend {
  readonly limitMs = 20_000;
  readonly #setting: OpenSetting;
  readonly #options: OpOptions;

  constructor(setting: OpenSetting, options: OpOptions) {
    this.#setting = setting;
    this.#options = { ...options, token: tokenOf(options) };
  }

  get name(): string {
    return this.#setting.name;
  }

  get(ref: string, ask: Ask): Promise<BackendAnswer> {
    const parsed = parseOpReference(ref);
    if (parsed === null) return Promise.resolve({ kind: 'damaged', detail: SPELLING });
    const { connect } = this.#options;
    if (connect === null) return readWithOp(this.#setting, this.#options, ref, ask);
    return readFromConnect(this.#setting, { ...this.#options, connect }, parsed, ask);
  }

  probe(signal: AbortSignal): Promise<ProbeAnswer> {
    const { connect } = this.#options;
    return connect === null
      ? probeOp(this.#setting, this.#options, signal)
      : probeConnect(this.#setting, { ...this.#options, connect }, signal);
  }
}
