import { relative } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { refuseAgent } from '../../broker/administration/administer.js';
import type { Pipeline } from '../../broker/administration/ci-pipeline.js';
import { approveCi, CI_PROVIDERS, proposeCi, type CiProposal, type CiProvider } from '../../broker/administration/ci.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import { quoteWord } from '../../model/quote-word.js';
import { markUnreadable } from '../../cli/raw-arguments.js';
import { parseRunArguments } from '../../cli/run-arguments.js';
import { readRequest } from '../../cli/run-request.js';
import { showText } from '../../model/show-text.js';
import type { RunRequest } from '../../model/run.js';

/** What a pipeline shows where no alias is named. */
const MENU = ['outloop', 'aliases'];
const DEFAULT_HOME = '.outloop-ci';

export default class CiInit extends BaseCommand {
  static override summary = 'Write a part of a pipeline, and the operator state that its jobs run with, into this repository';
  static override usage = 'ci init github|gitlab|generic [ALIAS [NAME=VALUE …]]';
  static override examples = [
    '<%= config.bin %> ci init github github.issues.list repo=site',
    '<%= config.bin %> ci init gitlab --dry-run',
    '<%= config.bin %> ci init generic --repository https://git.example.com/acme/site',
  ];
  static override strict = false;
  static override args = {
    provider: Args.string({ required: true, options: [...CI_PROVIDERS], description: 'which CI' }),
    alias: Args.string({ description: 'what the pipeline runs, with its parameters; left out: it shows what may run' }),
  };
  static override flags = {
    home: Flags.string({ default: DEFAULT_HOME, helpValue: 'FOLDER', description: 'where in the repository the state is put' }),
    repository: Flags.string({ helpValue: 'ADDRESS', description: 'whose jobs it is for; left out: the remote origin of this checkout' }),
    tools: Flags.string({
      helpValue: 'FILE',
      description: 'a tools.json of the CI’s image, whose pins are taken in the place of this machine’s',
    }),
    replace: Flags.boolean({ description: 'write the pipeline’s part anew where it was edited' }),
    'new-key': Flags.boolean({ description: 'seal the credentials under a new key, which is then the CI’s secret' }),
    'dry-run': Flags.boolean({ description: 'show it and write nothing' }),
    yes: yesFlag,
  };

  async run(): Promise<void> {
    const { args, flags, argv } = await this.parse(CiInit, [...markUnreadable(this.argv)]);
    const dryRun = flags['dry-run'];
    const refused = dryRun ? null : refuseAgent(this.caller);
    if (refused !== null) this.take(refused);
    const words = argv.slice(1).map(String);
    const wish = {
      provider: this.readProvider(args.provider),
      repository: flags.repository ?? null,
      home: flags.home,
      request: words.length === 0 ? null : this.readRun(words),
      run: (words.length === 0 ? MENU : ['outloop', 'run', ...words]).map(quoteWord).join(' '),
      quote: quoteWord,
      tools: flags.tools ?? null,
      replace: flags.replace,
      newKey: flags['new-key'],
    };
    const proposal = this.take(await proposeCi(this.world, this.caller, wish));
    this.sayProposal(proposal);
    if (dryRun) {
      this.print(proposal.pipeline.text.trimEnd());
      return this.say('nothing was written');
    }
    await this.confirm('Seal these credentials for the CI, and write it?', flags.yes, false);
    const { keyFile, replayable } = this.take(await approveCi(this.world, this.caller, wish));
    const { plan, pipeline } = proposal;
    const links = linkFilesOf(proposal).map(showText).join(', ');
    const wrote = pipeline.state === 'other' ? ': commit it' : ` and ${pipeline.file}: commit both`;
    this.say(`wrote ${showText(flags.home)}${wrote}, and ${links}`);
    this.say(
      `next: put what ${showText(keyFile)} holds into the CI’s own store as OUTLOOP_VAULT_KEY${hintFor(plan.links.provider, keyFile)}`,
    );
    if (replayable) {
      const again = ['outloop', 'ci', 'init', args.provider, ...optionsOf(flags), '--new-key', ...words].map((word) =>
        quoteWord(String(word)),
      );
      this.say(`warning: what the state permitted before fits this key still; to take it away: ${again.join(' ')}`);
    }
  }

  private readProvider(typed: string | undefined): CiProvider {
    return CI_PROVIDERS.find((provider) => provider === typed) ?? this.error('which CI is missing', { exit: 2 });
  }

  private readRun(words: readonly string[]): RunRequest {
    const parsed = parseRunArguments(words, []);
    if ('kind' in parsed) this.error(parsed.detail, { exit: 2 });
    const request = readRequest(parsed, this.caller.env);
    return 'kind' in request ? this.error(request.detail, { exit: 2 }) : request;
  }

  private sayProposal(proposal: CiProposal): void {
    const { plan, pipeline } = proposal;
    this.say(`jobs of ${plan.links.repository} (${plan.links.provider}) would act for:`);
    for (const { tenant, project, path } of plan.links.links) this.say(`  ${tenant}/${project} in ${showText(path === '' ? '.' : path)}`);
    for (const { tenant, permits, sealed } of plan.tenants) {
      const names = sealed.map(({ name }) => name).join(' ');
      this.say(`  ${tenant}: grants ${permits.map(({ id }) => id).join(' ')}${names === '' ? '' : `; sealed for the CI: ${names}`}`);
    }
    this.say(`  pipeline ${pipeline.file}${NOTES[pipeline.state]}`);
    for (const warning of plan.warnings) this.say(`warning: ${warning}`, this.paintErr.yellow);
  }
}

/** What is said of a pipeline's file. */
const NOTES: Readonly<Record<Pipeline['state'], string>> = {
  absent: '',
  same: ', which stays as it is',
  other: ', which stays as it is, though not as it would be written: --replace writes it anew',
  replaced: ', which is written anew',
};

/** The options that a command must repeat to write the same state again. */
function optionsOf({ home, repository, tools }: { home: string; repository?: string | undefined; tools?: string | undefined }): string[] {
  return [
    ...(home === DEFAULT_HOME ? [] : ['--home', home]),
    ...(repository === undefined ? [] : ['--repository', repository]),
    ...(tools === undefined ? [] : ['--tools', tools]),
  ];
}

/** The link files that a checkout must have, within the repository. */
function linkFilesOf({ plan }: CiProposal): string[] {
  return plan.links.links.map(({ path }) => relative('/', `/${path}/.outloop`));
}

function hintFor(provider: CiProvider, keyFile: string): string {
  const file = quoteWord(keyFile);
  if (provider === 'github') return `: gh secret set OUTLOOP_VAULT_KEY --env outloop < ${file}`;
  return provider === 'gitlab' ? `, masked and protected: glab variable set OUTLOOP_VAULT_KEY --masked --protected < ${file}` : '';
}
