import { cancelled } from '../backend.js';
import type { Ask, Backend, BackendAnswer, OpenSetting, ProbeAnswer } from '../backend.js';
import { programEnvironment } from '../account.js';
import { defineKind } from '../kind.js';
import type { TokenPlace } from '../kind.js';
import { dropLineEnd } from '../line-end.js';
import { faultOfText } from '../path-reference.js';
import { readToken } from '../read-token.js';
import { promised } from '../../model/promised.js';

type Options = {
  /** The program, an absolute path, and its arguments; `{ref}` in an argument takes the reference. */
  readonly argv: string[];
  /** Variables of the program's environment besides HOME, USER, LOGNAME, PATH, LANG and XDG_RUNTIME_DIR. No secrets. */
  readonly env: Record<string, string>;
  /** The variable that takes the token; both are set, or neither. */
  readonly tokenVariable: string | null;
  readonly token: TokenPlace | null;
  /** Texts on the program's standard error that mean: nothing is stored there; it is locked. */
  readonly absent: string[];
  readonly locked: string[];
  readonly timeoutMs: number;
};

const REF = '{ref}';
/** A program that has not printed anything by then is given up by the run as well. */
const MAX_TIMEOUT_MS = 19_000;

/** Any vetted program that prints a secret: pass, bw, sops, a cloud's tool. A reference is what the program is asked for. */
export const exec = defineKind<Options>({
  shape: ({ z, line, token }) => {
    const variable = z.string().regex(/^(?!LD_|DYLD_)[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'is not the name of a variable that may be set');
    return {
      argv: z.array(line).min(1).max(100),
      env: z
        .record(
          variable,
          z
            .string()
            .max(4096)
            .refine((text) => !text.includes('\0'), 'holds a NUL'),
        )
        .default({}),
      tokenVariable: variable.nullable().default(null),
      token: token.nullable().default(null),
      absent: z.array(line).max(20).default([]),
      locked: z.array(line).max(20).default([]),
      timeoutMs: z.int().min(100).max(MAX_TIMEOUT_MS).default(15_000),
    };
  },
  faultOfOptions: ({ argv, token, tokenVariable }) => {
    if (!/^\/[^/]/.test(argv[0] ?? '') || (argv[0] ?? '').includes('{')) return 'argv begins with the absolute path of a program';
    if (!argv.slice(1).some((one) => one.includes(REF))) return 'argv has no {ref} for the reference';
    return (token === null) === (tokenVariable === null) ? null : 'token and tokenVariable belong together';
  },
  defaults: null,
  faultOfReference: faultOfArgument,
  program: ({ argv }) => argv[0] ?? null,
  token: ({ token }) => token,
  place: ({ argv }) => argv[0] ?? '',
  open: (setting, options) => new ExecBackend(setting, options),
});

/** A reference that begins with a hyphen would be an option. */
function faultOfArgument(ref: string): string | null {
  return faultOfText(ref) ?? (ref.startsWith('-') ? 'its ref begins with a hyphen' : null);
}

class ExecBackend implements Backend {
  readonly limitMs = 20_000;
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
    if (ask.signal.aborted) return cancelled();
    const fault = faultOfArgument(ref);
    if (fault !== null) return { kind: 'damaged', detail: fault };
    const { tool, state } = this.#setting;
    const { argv, env, timeoutMs } = this.#options;
    if (tool === null) return { kind: 'unavailable', detail: 'its program is not vetted', retryAfterMs: null };
    const token = await this.#readToken(ask);
    if (token.kind !== 'token') return token;
    const { groundOf, runProgram } = await import('../program/run-program.js');
    const ending = await runProgram({
      tool,
      argv: argv.slice(1).map((one) => one.replaceAll(REF, () => ref)),
      env: { ...programEnvironment(state.uid), ...env, ...token.env },
      limitMs: timeoutMs,
      ground: groundOf(this.#setting),
      signal: ask.signal,
    });
    switch (ending.kind) {
      case 'ended':
        if (ending.exit === 0) return { kind: 'value', bytes: dropLineEnd(ending.stdout) };
        ending.stdout.fill(0);
        return this.#judge(ending.exit, ending.stderr);
      case 'too-much':
        return { kind: 'damaged', detail: 'it is longer than 64 KiB' };
      case 'cancelled':
        return cancelled();
      case 'late':
        return { kind: 'unavailable', detail: `its program did not end within ${timeoutMs / 1000} s`, retryAfterMs: null };
      case 'changed':
        return { kind: 'unavailable', detail: 'its program is not the one that was vetted', retryAfterMs: null };
      case 'open':
        return { kind: 'unavailable', detail: 'its program ended while another one still held its output', retryAfterMs: null };
      case 'not-started':
        return { kind: 'unavailable', detail: 'its program cannot be started', retryAfterMs: null };
    }
  }

  probe(signal: AbortSignal): Promise<ProbeAnswer> {
    return promised(() => {
      if (signal.aborted) return { kind: 'unavailable', detail: 'the request was cancelled' };
      if (this.#setting.tool === null) return { kind: 'unavailable', detail: 'its program is not vetted' };
      return { kind: 'ready', detail: 'its program is as it was vetted; it is not started to be asked' };
    });
  }

  async #readToken(ask: Ask) {
    const { token, tokenVariable } = this.#options;
    if (token === null || tokenVariable === null) return { kind: 'token', env: {} } as const;
    const answer = await readToken(this.#setting, token, ask);
    return answer.kind === 'token' ? ({ kind: 'token', env: { [tokenVariable]: answer.text } } as const) : answer;
  }

  /** What the program's own words mean where the operator has said so; they are compared, and go no further. */
  #judge(exit: number | null, stderr: string): BackendAnswer {
    if (this.#options.absent.some((text) => stderr.includes(text))) return { kind: 'absent' };
    if (this.#options.locked.some((text) => stderr.includes(text))) return { kind: 'locked' };
    const how = exit === null ? 'was ended by a signal' : `ended with ${exit}`;
    return { kind: 'unavailable', detail: `its program ${how}`, retryAfterMs: null };
  }
}
