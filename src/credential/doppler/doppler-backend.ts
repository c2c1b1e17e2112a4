import { isTable } from '../../model/json-table.js';
import type { Ask, Backend, BackendAnswer, OpenSetting, ProbeAnswer } from '../backend.js';
import { defineKind } from '../kind.js';
import type { TokenPlace } from '../kind.js';
import { splitPath } from '../path-reference.js';
import { readToken } from '../read-token.js';
import { openAttempts, REMOTE_LIMIT_MS } from '../remote/attempts.js';
import type { Attempts } from '../remote/attempts.js';
import { encodeQuery, judgeReply, toValue, wrongItem } from '../remote/judge-reply.js';
import { probing, toProbe } from '../remote/probe.js';

type Options = {
  readonly base: string;
  /** Where these are set, a reference leaves them out. */
  readonly project: string | null;
  readonly config: string | null;
  readonly token: TokenPlace;
  readonly networks: string[];
  readonly ca: string | null;
};

const DEFAULTS: Options = { base: 'https://api.doppler.com', project: null, config: null, token: 'embedded', networks: [], ca: null };

/** Doppler's HTTP API with a service token. A reference is `project/config/NAME`. */
export const doppler = defineKind<Options>({
  shape: ({ origin, line, token, web }) => ({
    base: origin.default(DEFAULTS.base),
    project: line.nullable().default(null),
    config: line.nullable().default(null),
    token: token.default('embedded'),
    ...web,
  }),
  faultOfOptions: ({ project, config }) => (project === null && config !== null ? 'config is set without project' : null),
  defaults: DEFAULTS,
  faultOfReference: (ref, _tenant, options) => (parse(ref, options) === null ? `its ref is not spelt as ${spelling(options)}` : null),
  program: () => null,
  token: ({ token }) => token,
  place: ({ base }) => base,
  open: (setting, options) => new DopplerBackend(setting, options),
});

type Place = { readonly project: string; readonly config: string; readonly name: string };

function parse(ref: string, { project, config }: Options): Place | null {
  const parts = splitPath(ref);
  const [a, b, c] = [...[project, config].filter((part) => part !== null), ...(parts ?? [])];
  const count = (parts?.length ?? 0) + (project === null ? 0 : 1) + (config === null ? 0 : 1);
  return parts === null || count !== 3 || a === undefined || b === undefined || c === undefined ? null : { project: a, config: b, name: c };
}

function spelling({ project, config }: Options): string {
  return ['PROJECT', 'CONFIG', 'NAME'].slice((project === null ? 0 : 1) + (config === null ? 0 : 1)).join('/');
}

/**
 * `GET /v3/configs/config/secret` and `GET /v3/me`, with the token as a bearer (docs.doppler.com/reference/secrets-get,
 * /reference/auth-me, and /reference/api for its errors: `{"messages":["…"],"success":false}` with 401, 403, 404, 429 and 5xx).
 */
class DopplerBackend implements Backend {
  readonly limitMs = REMOTE_LIMIT_MS;
  readonly #setting: OpenSetting;
  readonly #options: Options;

  constructor(setting: OpenSetting, options: Options) {
    this.#setting = setting;
    this.#options = options;
  }

  get name(): string {
    return this.#setting.name;
  }

  async get(ref: string, ask: Ask): Promise<BackendAnswer> {
    const place = parse(ref, this.#options);
    if (place === null) return { kind: 'damaged', detail: `its ref is not spelt as ${spelling(this.#options)}` };
    const reply = await this.#ask(`/v3/configs/config/secret${encodeQuery(place)}`, ask);
    if (reply.kind !== 'reply') return reply;
    const judged = judgeReply(reply);
    if (judged.kind !== 'object') return judged;
    const { name, value } = judged.object;
    if (name !== place.name) return wrongItem();
    if (!isTable(value)) return toValue(value);
    // A restricted secret comes without its value.
    return value['computed'] === null ? { kind: 'locked', detail: 'outloop’s token may not see this value' } : toValue(value['computed']);
  }

  async probe(signal: AbortSignal): Promise<ProbeAnswer> {
    return toProbe(await this.#ask('/v3/me', probing(signal)), 'its token is taken');
  }

  async #ask(path: string, ask: Ask): ReturnType<Attempts['call']> {
    const token = await readToken(this.#setting, this.#options.token, ask);
    if (token.kind !== 'token') return token;
    const headers = [['Authorization', `Bearer ${token.text}`]] as const;
    return openAttempts(this.#setting, this.#options, ask.signal).call({ path, headers, json: null });
  }
}
