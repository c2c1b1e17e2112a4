import { spawnSync } from 'node:child_process';
import { OUTLOOP } from '../helpers/entry.js';
import type { MadeHome } from './made-home.js';

export type Found = { readonly level: 'ok' | 'warn' | 'bad'; readonly about: string; readonly text: string; readonly fix: string | null };
export type Env = Readonly<Record<string, string | undefined>>;

/** What `outloop doctor` finds to mend, and how it ended. */
export async function examineHome(
  { attempt }: MadeHome,
  env: Env = {},
): Promise<{ readonly exit: number; readonly faults: readonly Found[] }> {
  const { exit, stdout } = await attempt(['doctor', '--json'], { env });
  const { findings } = JSON.parse(stdout) as { findings: readonly Found[] };
  return { exit, faults: findings.filter(({ level }) => level !== 'ok') };
}

/** Types a fix as it was printed, into a shell where `outloop` is the real binary and answers yes. Gives what it printed; throws where it fails. */
export function typeFix({ home, state }: MadeHome, fix: string, env: Env = {}): string {
  const answered = fix.replace(/(?<=^|\s)outloop (?!doctor|init)(?:[^&;|]*[^&;| ])/g, '$& --yes');
  const text = `outloop() { "${OUTLOOP}" "$@"; }; sudo() { "$@"; }; ${answered}`;
  const { status, stdout, stderr } = spawnSync('/bin/bash', ['--norc', '-c', text], {
    cwd: home,
    env: { PATH: process.env['PATH'], OUTLOOP_HOME: state, ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${answered} ended with ${status}: ${stderr}`);
  return stdout + stderr;
}
