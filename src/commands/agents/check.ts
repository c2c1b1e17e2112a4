import { join, resolve } from 'node:path';
import { checkAgents, type CheckedFolder } from '../../broker/administration/check-agents.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { composeFolder } from '../../compose.js';
import { isDenial } from '../../denial/denial.js';
import { isRefusal } from '../../model/refusal.js';
import { countWords } from '../../model/count-words.js';
import { showText } from '../../model/show-text.js';

export default class AgentsCheck extends BaseCommand {
  static override summary =
    'Look through instruction files and skills for what leads an agent to raw keys, .env files or another client. Exits 1 when something is found';
  static override usage = 'agents check [DIR …]';
  static override examples = ['<%= config.bin %> agents check', '<%= config.bin %> agents check ~/clients/acme --json'];
  // Any number of folders.
  static override strict = false;
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(AgentsCheck);
    const here = composeFolder()?.directory ?? '/';
    const answer = await checkAgents(
      this.world,
      argv.map((dir) => resolve(here, String(dir))),
    );
    if (isDenial(answer) || isRefusal(answer)) {
      // 1 says that something was found; that nothing could be looked at is another matter.
      process.exitCode = 2;
      try {
        this.take(answer);
      } catch {
        this.exit(2);
      }
      return;
    }
    const count = answer.reduce((sum, { findings }) => sum + findings.length, 0);
    if (flags.json) this.printJson({ ok: count === 0, folders: answer });
    else this.show(answer, count);
    if (count > 0) this.exit(1);
  }

  private show(folders: readonly CheckedFolder[], count: number): void {
    for (const { folder, findings } of folders) {
      for (const { file, line, column, kind, name, instead } of findings) {
        const place = showText(`${join(folder, file)}:${line}:${column}`);
        const advice = instead.length === 0 ? '' : `; use ${instead.map((alias) => `outloop run ${alias}`).join(', or ')}`;
        this.print(`${place} ${this.paint.red(kind)} ${showText(name)}${advice}`);
      }
    }
    const files = folders.reduce((sum, checked) => sum + checked.files, 0);
    this.say(`${count === 0 ? 'nothing' : count} found in ${countWords(files, 'file')} of ${countWords(folders.length, 'folder')}`);
  }
}
