import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { AGENT_TOOLS, approveAgents, proposeAgents, type AgentPlan } from '../../broker/administration/agents.js';
import { refuseAgent } from '../../broker/administration/administer.js';
import { BaseCommand, jsonFlag, yesFlag } from '../../cli/base-command.js';
import { composeFolder } from '../../compose.js';
import { countWords } from '../../model/count-words.js';
import { showText } from '../../model/show-text.js';

export default class AgentsInstall extends BaseCommand {
  static override summary = 'Tell a coding agent, in its own files of this folder, to use outloop';
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
    let plan = this.take(proposeAgents(this.world, wish));
    const mayAsk = flags.permissions === undefined && !flags.remove && !flags.yes && !dryRun && !flags.json;
    if (plan.settings && mayAsk) {
      const question = 'Write its settings too? They let it use outloop without asking, and refuse it .env files and the environment';
      wish.permits = (await this.ask(question, false)) === true;
      plan = this.take(proposeAgents(this.world, wish));
    }
    const count = plan.changes.filter(({ action }) => action !== 'keep').length;
    const isStuck = plan.changes.some(({ action }) => action === 'refused');
    if (!flags.json) this.show(plan, dryRun);
    if (!dryRun && !isStuck && count > 0) {
      await this.confirm(
        `${flags.remove ? 'Take outloop out of' : 'Write'} ${countWords(count, 'file')} in ${showText(plan.folder)}?`,
        flags.yes,
      );
      this.take(await approveAgents(this.world, this.caller, wish));
    }
    if (flags.json) this.printPlan(plan, !dryRun && !isStuck);
    if (isStuck) this.refuse('nothing was written: mend the files above first');
    if (flags.json) return;
    if (dryRun) return this.say('nothing was written');
    if (count === 0) return this.say('nothing was to be changed');
    if (!flags.remove && plan.settings && !wish.permits) this.say('its settings were left as they are; --permissions writes them too');
    this.say(flags.remove ? 'done' : 'next: outloop agents check .');
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
      this.say(`${showText(place)}: ${change.why}`, this.paintErr.red);
    }
  }

  private printPlan({ folder, tools, changes }: AgentPlan, written: boolean): void {
    const files = changes.map((change) =>
      change.action === 'refused'
        ? { file: change.file, action: change.action, line: change.line, why: change.why }
        : { file: change.file, action: change.action },
    );
    this.printJson({ folder, tools, written, files });
  }
}
