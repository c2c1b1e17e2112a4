import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientHome } from './client-home.js';
import { typeOnTerminal } from './terminal.js';
import type { Step } from './transcript.js';

type Who = 'operator' | 'agent';

/** An id in a document stands for the one that outloop makes: the same one wherever it stands. */
const ID = /(?:req|ses)_[0-9A-HJKMNP-TV-Z]{26}/;

/**
 * Types the steps of a transcript of two, each in a folder of their own: the operator on a terminal, the agent without one. A document calls the
 * home /home/ann, and `…` stands in it for anything within a line.
 */
export class Replay {
  readonly #home: ClientHome;
  readonly #ids = new Map<string, string>();
  readonly #folder: Record<Who, string>;

  constructor(home: ClientHome) {
    this.#home = home;
    this.#folder = { operator: home.path, agent: home.path };
  }

  /** What the step prints and how it ends: in the document's own words where they fit. */
  async step({ who, command, output }: Step): Promise<Pick<Step, 'output' | 'exit'>> {
    const typed = command.replace(new RegExp(ID, 'g'), (id) => this.#ids.get(id) ?? id);
    const ended = await this.#type(who ?? 'operator', typed);
    const shown = ended.stdout.replaceAll(this.#home.path, '/home/ann').trimEnd();
    return { output: this.#fits(output, shown) ? output : shown, exit: ended.exit ?? 128 };
  }

  async #type(who: Who, command: string): Promise<{ readonly exit: number | null; readonly stdout: string }> {
    const script = join(this.#home.path, 'typed.sh');
    const folder = join(this.#home.path, 'folder');
    writeFileSync(script, `${command}\ncode=$?\npwd > ${folder}\nexit $code\n`);
    const cwd = this.#folder[who];
    const ended = await (who === 'operator'
      ? typeOnTerminal(this.#home, `exec sh ${script}`, { cwd })
      : typeWithout(this.#home, script, cwd));
    this.#folder[who] = readFileSync(folder, 'utf8').trim();
    return ended;
  }

  #fits(expected: string, shown: string): boolean {
    const names: string[] = [];
    const parts = expected.split(new RegExp(`(…|${ID.source})`)).map((part) => {
      if (part === '…') return '.*';
      if (!new RegExp(`^${ID.source}$`).test(part)) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
      const known = this.#ids.get(part);
      if (known !== undefined) return known;
      const at = names.indexOf(part);
      if (at >= 0) return `\\${at + 1}`;
      names.push(part);
      return `(${ID.source})`;
    });
    const match = new RegExp(`^${parts.join('')}$`).exec(shown);
    names.forEach((name, i) => {
      const id = match?.[i + 1];
      if (id !== undefined) this.#ids.set(name, id);
    });
    return match !== null;
  }
}

/** Both streams as they come, without a terminal. */
function typeWithout(home: ClientHome, script: string, cwd: string): Promise<{ readonly exit: number | null; readonly stdout: string }> {
  const path = `${join(home.path, 'bin')}:${process.env['PATH'] ?? ''}`;
  const env = { PATH: path, HOME: home.path, OUTLOOP_HOME: join(home.path, 'state'), OUTLOOP_PRINCIPAL: 'agent:claude' };
  const child = spawn('sh', ['-c', `exec sh ${script} 2>&1`], { cwd, env, stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  return new Promise((resolve) => child.on('close', (exit) => resolve({ exit, stdout })));
}
