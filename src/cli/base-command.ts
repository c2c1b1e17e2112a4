import { openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { Command, Errors, Flags } from '@oclif/core';
import { Chalk, type ChalkInstance } from 'chalk';
import { compose } from '../compose.js';
import { refuseAgent } from '../broker/administration/administer.js';
import { nameNear } from '../broker/administration/name-near.js';
import type { World } from '../broker/world.js';
import { CATALOGUE } from '../denial/catalogue.js';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import { endSentence } from '../model/end-sentence.js';
import { parseName, parseRequestId, type Brand, type RequestId } from '../model/ids.js';
import { findClaim } from '../model/principal.js';
import { formatProblem } from '../model/problem.js';
import { isRefusal, type Refusal } from '../model/refusal.js';
import { escapeJson, showText } from '../model/show-text.js';
import { describeDenial, describeOperatorStep } from '../denial/describe.js';
import type { Caller } from '../model/run.js';
import { askYesNo } from './ask-yes-no.js';
import { describeWait } from './describe-wait.js';
import { formatTable } from './format-table.js';
import { readFailure } from './read-failure.js';
import { describeRefused, type RefusedJson } from './refused-json.js';
import { withNext } from './with-next.js';

/** `--json` of every command that lists or shows something. */
export const jsonFlag = Flags.boolean({ description: 'print JSON' });
/** `--yes` of every operator command. */
export const yesFlag = Flags.boolean({ description: 'do it without asking; needed where there is no terminal' });

/** `refuse`: why a change that an operator is asked about would be refused; null: nothing is known against it. */
type ChangeQuestion = { readonly refuse: () => Promise<Refusal | Denial | null> | Refusal | Denial | null; readonly otherwise?: boolean };

const EMPTY_FLAG = /^--[a-z-]+=$/;

/** What commands share: they parse, make one broker call, and present. Answers go to stdout; everything of ours to stderr, after `outloop: `. */
export abstract class BaseCommand extends Command {
  readonly #composed = compose();
  #answered = false;
  protected readonly world: World = this.#composed.world;
  protected readonly caller: Caller = this.#composed.caller;
  protected readonly paint: ChalkInstance = new Chalk({ level: this.caller.terminal.stdout ? colourLevel(this.caller.env) : 0 });
  protected readonly paintErr: ChalkInstance = new Chalk({ level: this.caller.terminal.stderr ? colourLevel(this.caller.env) : 0 });

  /**
   * An empty word is a variable that was not set: taken for a folder it would be this one, for a filter it would be none. What is left out is not taken from standard input, as oclif
   * would: a key stands there, or what is somebody else's, and it would be shown.
   */
  protected override async init(): Promise<void> {
    for (const arg of Object.values(this.ctor.args)) arg.ignoreStdin = true;
    if (this.#words.some((word) => word === '' || EMPTY_FLAG.test(word))) this.error('an argument is empty', { exit: 2 });
    await super.init();
  }

  /** A command with `--json` that ends without an answer says so on stdout too, whatever went wrong. */
  protected override async catch(error: Error): Promise<void> {
    if (!(error instanceof Errors.ExitError)) {
      const { reason, next, code } = readFailure(error);
      const facts = code === 'USAGE' ? { detail: reason, command: this.id?.replaceAll(':', ' ') ?? '' } : {};
      this.#showRefused(describeRefused(code === null ? { reason, next } : deny(code, facts)));
    }
    await super.catch(error);
  }

  /** The words of the command line up to `--`. */
  get #words(): readonly string[] {
    const end = this.argv.indexOf('--');
    return end < 0 ? this.argv : this.argv.slice(0, end);
  }

  /** The document of a refusal, with `--json` and where no answer stands on stdout already. */
  #showRefused(refused: RefusedJson): void {
    if (!this.#answered && 'json' in this.ctor.flags && this.#words.includes('--json')) this.printJson(refused);
  }

  /** A line of the answer. */
  protected print(line: string): void {
    process.stdout.write(`${line}\n`);
  }

  protected printJson(value: unknown): void {
    this.#answered = true;
    process.stdout.write(`${escapeJson(JSON.stringify(value, null, 2))}\n`);
  }

  /** A line about what happened, for people. What may have come from outside, names of files most of all, does nothing to their terminal. */
  protected say(line: string, paint: (text: string) => string = (text) => text): void {
    process.stderr.write(`outloop: ${paint(showText(line))}\n`);
  }

  /**
   * Ends with the exit code 1 and the denial in the catalogue's words, with the step of whoever sees it; a usage error has a form and an exit code of
   * its own.
   */
  protected deny(denial: Denial): never {
    const { detail } = denial.facts;
    if (denial.code === 'USAGE' && typeof detail === 'string') this.error(detail, { exit: 2 });
    this.#showRefused(describeRefused(denial));
    const { reason, next } = describeDenial(denial);
    const safe = next.command === null || next.who !== 'agent' ? next.do : `${next.do} (${next.command})`;
    const told = this.tellsOperator ? describeOperatorStep(this.hasTerminal ? nameNear(this.world, denial) : denial) : `${safe}.`;
    const step = describeWait(told, denial.retryAfterMs);
    const { exit } = CATALOGUE[denial.code];
    this.say(`${denial.code} (${exit}): ${endSentence(reason)} Next: ${step}`, (text) =>
      text.replace(denial.code, (code) => this.paintErr.red(code)),
    );
    this.exit(1);
  }

  /** Says that there is nothing, and to everybody but an agent which command of an operator's changes that. */
  protected sayNone(line: string, step: string): void {
    this.say(this.isAgent ? line : `${line}. Next: ${step}`);
  }

  /** Whether an operator is told: somebody at a terminal, or a script with a command that changes something; never who shows to be an agent. */
  private get tellsOperator(): boolean {
    return (this.hasTerminal || this.isAnOperators) && !this.isAgent;
  }

  /** Whether the caller shows to be an agent, which is told of no command that would link, widen or set anything. */
  protected get isAgent(): boolean {
    return refuseAgent(this.caller) !== null;
  }

  /** Whether the command is of no use to an agent. */
  protected get isAnOperators(): boolean {
    return 'yes' in this.ctor.flags;
  }

  /** What a broker call gave, or the end of the command with its denial or refusal shown. */
  protected take<T>(answer: T | Denial | Refusal): T {
    if (isDenial(answer)) this.deny(answer);
    if (!isRefusal(answer)) return answer;
    for (const problem of answer.problems) this.say(formatProblem(problem), this.paintErr.red);
    this.refuse(answer.message, answer.next);
  }

  /** Reads a name from the command line, or ends as a usage error. */
  protected readName<N extends Brand<string>>(text: string, what: string): N {
    return parseName<N>(text) ?? this.error(`${what} is written in lower-case letters, digits and hyphens`, { exit: 2 });
  }

  /** Reads a request's id from the command line, or ends as a usage error. */
  protected readRequestId(text: string): RequestId {
    const fault = text.startsWith('req_') ? 'this is not the whole id of a request' : 'a request’s id begins with req_';
    return parseRequestId(text) ?? this.error(`${fault}; see outloop requests list`, { exit: 2 });
  }

  /** The principal that the caller claims in its environment. */
  protected get claim(): string | null {
    return findClaim(this.caller.env);
  }

  /** Rows in columns, each on one line unless the terminal is too narrow; on a terminal the heading stands out. */
  protected table(rows: readonly (readonly string[])[], heading: readonly string[] | null = null): void {
    const all = heading === null ? rows : [heading, ...rows];
    const paint = (text: string, row: number) => (heading !== null && row === 0 ? this.paint.bold(text) : text);
    for (const line of formatTable(all, { width: this.width, paint })) this.print(line);
  }

  /** How many characters a line of the terminal at standard output has; null where there is none, or it does not say. */
  protected get width(): number | null {
    return (this.caller.terminal.stdout && process.stdout.columns) || null;
  }

  /** `NAME=VALUE` pairs of a flag, each name once, or the end as a usage error. */
  protected readPairs(pairs: readonly string[], flag: string): Record<string, string> {
    const read = new Map<string, string>();
    for (const pair of pairs) {
      const equals = pair.indexOf('=');
      if (equals <= 0) this.error(`${flag} takes NAME=VALUE`, { exit: 2 });
      const name = pair.slice(0, equals);
      if (read.has(name)) this.error(`${flag} ${showText(name)} is given twice`, { exit: 2 });
      read.set(name, pair.slice(equals + 1));
    }
    return Object.fromEntries(read);
  }

  /** Ends with the exit code 1, what is wrong, in a sentence without its full stop, and what helps. */
  protected refuse(reason: string, next: string | null = null): never {
    this.#showRefused(describeRefused({ reason, next }));
    this.say(withNext({ reason, next }), this.paintErr.red);
    this.exit(1);
  }

  /** Where a list left out what a broken file defines: says so, and ends with the exit code 1. `faults` are clauses that name the file. */
  protected endWithFaults(faults: readonly string[]): void {
    for (const fault of faults) this.say(`left out: ${endSentence(fault)} Next: outloop doctor`, this.paintErr.red);
    if (faults.length > 0) this.exit(1);
  }

  /** Asks the operator on a terminal; `--yes` answers for them, and without either it ends as a usage error. Enter alone answers `otherwise`: no, where something is lost or widened. */
  protected async confirm(question: string, yes: boolean, otherwise = true): Promise<void> {
    if (yes) return;
    if (!this.hasTerminal) this.askForYes('this command changes what may run');
    if (!(await this.ask(question, otherwise))) this.refuse('nothing was changed');
  }

  /** Ends as a usage error that asks for `--yes`; an agent, whom that does not help, is told so instead. */
  protected askForYes(why: string): never {
    const refused = refuseAgent(this.caller);
    if (refused !== null) this.take(refused);
    this.error(`${why}: repeat it with --yes where there is no terminal`, { exit: 2 });
  }

  /** As `confirm`, for a change that may be refused: whoever could not make it is told why, and not asked. */
  protected async confirmChange(question: string, yes: boolean, { refuse, otherwise = false }: ChangeQuestion): Promise<void> {
    if (!yes && this.hasTerminal) {
      const refused = refuseAgent(this.caller) ?? (await refuse());
      if (refused !== null) this.take(refused);
    }
    await this.confirm(question, yes, otherwise);
  }

  /** Whether somebody is there to be asked. */
  protected get hasTerminal(): boolean {
    return this.caller.terminal.stdin || this.caller.terminal.stderr;
  }

  /** Asks a question on the terminal, which must be there; Enter alone answers `otherwise`. */
  protected async ask(question: string, otherwise: boolean): Promise<boolean> {
    const input = this.caller.terminal.stdin ? process.stdin : openTerminal();
    if (input === null) this.error('there is no terminal to ask on: repeat the command with --yes', { exit: 2 });
    const agreed = await askYesNo(question, otherwise, { input, output: process.stderr });
    if (input !== process.stdin) input.destroy();
    return agreed;
  }
}

/** The terminal that this process belongs to, for an answer while standard input holds something else; null where there is none. */
function openTerminal(): ReadStream | null {
  try {
    return new ReadStream(openSync('/dev/tty', 'r'));
  } catch {
    return null;
  }
}

function colourLevel(env: Caller['env']): 0 | 1 {
  return (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb' ? 1 : 0;
}
