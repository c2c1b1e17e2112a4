import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';

/** The shells that oclif's plug-in completes for, each with the file that it reads when it starts. */
const SHELLS = [
  ['bash', '~/.bashrc'],
  ['zsh', '~/.zshrc'],
  ['powershell', '$PROFILE'],
] as const;
const NAMES = SHELLS.map(([shell]) => shell);

/** In the place of the plug-in's own, whose instructions are long and leave the shell's file without a last newline. */
export default class Autocomplete extends BaseCommand {
  static override summary = 'Write the completion of outloop’s commands and flags, and show the command that has your shell read it';
  static override examples = ['<%= config.bin %> autocomplete', '<%= config.bin %> autocomplete zsh'];
  static override args = { shell: Args.string({ options: NAMES, description: 'the shell; the one that SHELL names when left out' }) };
  /** None: what oclif leaves undefined otherwise is looked at where a usage error is told. */
  static override flags = {};

  async run(): Promise<void> {
    const { args } = await this.parse(Autocomplete);
    await this.config.runCommand('autocomplete:create');
    const own = SHELLS.filter(([shell]) => shell === (args.shell ?? this.config.shell));
    this.say(`completion is written for ${NAMES.join(', ')}. Type ${own.length === 0 ? 'the line of your shell' : 'this'} once:`);
    for (const [shell, file] of own.length === 0 ? SHELLS : own) this.print(`outloop autocomplete script ${shell} >> ${file}`);
  }
}
