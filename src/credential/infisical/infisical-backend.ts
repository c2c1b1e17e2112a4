import { isTable } from '../../model/json-table.js';
import type { Ask, Backend, BackendAnswer, OpenSetting, ProbeAnswer } from '../backend.js';
import { MIN_SECRET_BYTES } from '../check-secret.js';
import { defineKind } from '../kind.js';
import type { TokenPlace } from '../kind.js';
import { splitPath } from '../path-reference.js';
import { readToken } from '../read-token.js';
import { openAttempts, REMOTE_LIMIT_MS } from '../remote/attempts.js';
import type { Attempts } from '../remote/attempts.js';
import { encodePath, encodeQuery, judgeReply, toValue, unreadable, wrongItem } from '../remote/judge-reply.js';
import { probing, toProbe } from '../remote/probe.js';

type Options = {
  readonly base: string;
  readonly clientId: string;
  /** Where these are set, a reference leaves them out. */
  readonly project: string | null;
  readonly environment: string | null;
  /** The version of the secrets API; v3 is for a server of one's own that is older than v4. */
  readonly api: 'v3' | 'v4';
  readonly token: TokenPlace;
  readonly networks: string[];
  readonly ca: string | null;
};

/** Infisical's HTTP API with universal auth. A reference is `project/environment/folder/NAME`, with any number of folders. */
export const infisical = defineKind<Options>({
  shape: ({ z, origin, line, token, web }) => ({
    base: origin.default('https://app.infisical.com'),
    clientId: line,
    project: line.nullable().default(null),
    environment: line.nullable().default(null),
    api: z.enum(['v3', 'v4']).default('v4'),
    token: token.default('embedded'),
    ...web,
  }),
  faultOfOptions: ({ project, environment }) => (project === null && environment !== null ? 'environment is set without project' : null),
  defaults: null,
  faultOfReference: (ref, _tenant, options) => (parse(ref, options) === null ? faultOf(options) : null),
  program: () => null,
  token: ({ token }) => token,
  place: ({ base }) => base,
  open: (setting, options) => new InfisicalBackend(setting, options),
});

type Place = { readonly project: string; readonly environment: string; readonly folder: string; readonly name: string };

function parse(ref: string, options: Options): Place | null {
  const own = splitPath(ref);
  if (own === null) return null;
  const parts = [options.project, options.environment].filter((part) => part !== null).concat(own);
  const [project, environment] = parts;
  const name = parts.at(-1);
  if (project === undefined || environment === undefined || name === undefined || parts.length < 3) return null;
  return { project, environment, folder: `/${parts.slice(2, -1).join('/')}`, name };
}

function faultOf({ project, environment }: Options): string {
  const parts = ['PROJECT', 'ENVIRONMENT', 'NAME'].slice((project === null ? 0 : 1) + (environment === null ? 0 : 1));
  return `its ref is not spelt as ${parts.join('/')}, with folders before NAME`;
}

/**
 * `POST /api/v1/auth/universal-auth/login` gives a short-lived token; `GET /api/v4/secrets/{name}` or `/api/v3/secrets/raw/{name}` gives the
 * secret (infisical.com/docs/api-reference: endpoints/universal-auth/login, endpoints/secrets/read). Errors are
 * `{"reqId","statusCode","message","error"}` with 401 for the credentials, 403 for permissions, 404 and 429.
 */
class InfisicalBackend implements Backend {
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
    if (place === null) return { kind: 'damaged', detail: faultOf(this.#options) };
    const attempts = openAttempts(this.#setting, this.#options, ask.signal);
    const login = await this.#logIn(attempts, ask);
    if (login.kind !== 'token') return login;
    const headers = [['Authorization', `Bearer ${login.text}`]] as const;
    const reply = await attempts.call({ path: pathOf(place, this.#options.api), headers, json: null });
    if (reply.kind !== 'reply') return reply;
    const judged = judgeReply(reply);
    if (judged.kind !== 'object') return judged;
    const { secret } = judged.object;
    if (!isTable(secret)) return unreadable();
    if (secret['secretKey'] !== place.name || secret['environment'] !== place.environment) return wrongItem();
    // An identity that may describe a secret and not read it gets a stand-in for the value.
    if (secret['secretValueHidden'] === true) return { kind: 'locked', detail: 'outloop’s identity may not see this value' };
    return toValue(secret['secretValue']);
  }

  async probe(signal: AbortSignal): Promise<ProbeAnswer> {
    const login = await this.#logIn(openAttempts(this.#setting, this.#options, signal), probing(signal));
    if (login.kind === 'token') return { kind: 'ready', detail: 'its client id and secret are taken' };
    return login.kind === 'absent' ? { kind: 'unavailable', detail: 'there is no such API at its address' } : toProbe(login, '');
  }

  async #logIn(
    attempts: Attempts,
    ask: Ask,
  ): Promise<{ readonly kind: 'token'; readonly text: string } | Exclude<BackendAnswer, { kind: 'value' }>> {
    const secret = await readToken(this.#setting, this.#options.token, ask);
    if (secret.kind !== 'token') return secret;
    const json = { clientId: this.#options.clientId, clientSecret: secret.text };
    const reply = await attempts.call({ path: '/api/v1/auth/universal-auth/login', headers: [], json });
    if (reply.kind !== 'reply') return reply;
    const judged = judgeReply(reply);
    if (judged.kind === 'absent') return { kind: 'unavailable', detail: 'there is no such API at its address', retryAfterMs: null };
    if (judged.kind !== 'object')
      return judged.kind === 'locked' ? { kind: 'locked', detail: 'it does not take its client id and secret' } : judged;
    const { accessToken } = judged.object;
    if (typeof accessToken !== 'string' || !/^[\x21-\x7e]{1,16384}$/.test(accessToken)) return unreadable();
    if (accessToken.length >= MIN_SECRET_BYTES) ask.alsoHide?.(Buffer.from(accessToken));
    return { kind: 'token', text: accessToken };
  }
}

/** References to other secrets come resolved: the run needs the value itself. */
function pathOf({ project, environment, folder, name }: Place, api: Options['api']): string {
  const rest = { environment, secretPath: folder, expandSecretReferences: 'true' };
  if (api === 'v3') return encodePath(['api', 'v3', 'secrets', 'raw', name]) + encodeQuery({ workspaceId: project, ...rest });
  return encodePath(['api', 'v4', 'secrets', name]) + encodeQuery({ projectId: project, ...rest });
}
