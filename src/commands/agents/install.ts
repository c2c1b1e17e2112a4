import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { AGENT_TOOLS, approveAgents, proposeAgents, type AgentPlan, type AgentWish } from '../../broker/administration/agents.js';
import { refuseAgent } from '../../broker/administration/administer.js';
import { BaseCommand, jsonFlag, yesFlag } from '../../cli/base-command.js';
import { composeFolder } from '../../compose.js';
import { showText } from '../../model/show-text.js';

export default class AgentsInstall extends BaseCommand {
  static override description = 'Tell a coding agent, in its own files of this folder, to use outloop';
  static override examples = [
    '<%= config.bin %> agents install claude',
    '<%= config.bin %> agents install --permissions --dry-run',
    '<%= config.bin %> agents install codex --remove',
  ];
  static override args = {
    tool: Args.string({ options: [...AGENT_TOOLS], description: 'which agent; left out: those that the folder shows signs of' }),
  };
  static override flags = {
    permissions: Flags.boolean({
      allowNo: true,
      description: 'also its settings: outloop run without asking, .env and the environment not to be read',
    }),
    dir: Flags.string({ description: 'the folder; left out: this one' }),
    remove: Flags.boolean({ description: 'take out what was put in' }),
    'dry-run': Flags.boolean({ description: 'show it and write nothing' }),
    json: jsonFlag,
    yes: yesFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AgentsInstall);
    const dryRun = flags['dry-run'];
    const refused = dryRun ? null : refuseAgent(this.caller);
    if (refused !== null) this.take(refused);
    const here = composeFolder()?.directory ?? this.refuse('this folder is gone');
    const wish = {
      folder: resolve(here, flags.dir ?? '.'),
      tool: AGENT_TOOLS.find((tool) => tool === args.tool) ?? null,
      permits: flags.permissions ?? false,
      remove: flags.remove,
    };
    const permits =
      wish.permits || (await this.askForPermissions(wish, flags.permissions === undefined && !flags.yes && !dryRun && !flags.json));
    const plan = this.take(proposeAgents(this.world, { ...wish, permits }));
    const changes = plan.changes.filter(({ action }) => action !== 'keep');
    const stuck = plan.changes.some(({ action }) => action === 'refused');
    if (!dryRun && !stuck && changes.length > 0) {
      const question = `${flags.remove ? 'Take outloop out of' : 'Write'} ${changes.length} files in ${showText(plan.folder)}?`;
      if (!flags.json) this.show(plan, false);
      await this.confirm(question, flags.yes);
      this.take(await approveAgents(this.world, this.caller, { ...wish, permits }));
    } else if (!flags.json) this.show(plan, dryRun);
    if (flags.json) this.printPlan(plan, dryRun || stuck);
    if (stuck) this.refuse('nothing was written: mend the files above first');
    if (!flags.json) this.sayNext({ wish: { ...wish, permits }, dryRun, changed: changes.length > 0 });
  }

  /** Settings are written only when they were asked for, by the flag or here. */
  private async askForPermissions(wish: AgentWish, mayAsk: boolean): Promise<boolean> {
    if (!mayAsk || wish.remove || !this.hasTerminal) return false;
    return this.ask('Also write its settings, so that it may use outloop without asking, and may not read .env or the environment?', false);
  }

  private show({ changes }: AgentPlan, withText: boolean): void {
    for (const change of changes) {
      if (change.action !== 'refused') {
        this.print(`${change.action.padEnd(8)}${showText(change.file)}`);
        if (withText && change.action === 'create')
          for (const line of (change.text ?? '').trimEnd().split('\n')) this.print(`    ${showText(line)}`);
        continue;
      }
      const place = change.line === null ? change.file : `${change.file}:${change.line}`;
      this.say(this.paintErr.red(`${showText(place)}: ${change.why}`));
    }
  }

  private printPlan({ folder, tools, changes }: AgentPlan, dryRun: boolean): void {
    const files = changes.map((change) =>
      change.action === 'refused'
        ? { file: change.file, action: change.action, line: change.line, why: change.why }
        : { file: change.file, action: change.action },
    );
    this.printJson({ folder, tools, written: !dryRun, files });
  }

  private sayNext({ wish, dryRun, changed }: { wish: AgentWish; dryRun: boolean; changed: boolean }): void {
    if (dryRun) return this.say('nothing was written');
    if (!changed) return this.say('nothing was to be changed');
    if (wish.remove) return this.say('done');
    if (!wish.permits) this.say('its settings were left as they are; --permissions writes them too');
    this.say('next: outloop agents check .');
  }
}
