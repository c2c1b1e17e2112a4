import { examine } from '../broker/administration/doctor.js';
import { TIER } from '../broker/administration/menu.js';
import { BaseCommand, jsonFlag } from '../cli/base-command.js';
import { formatTable } from '../cli/format-table.js';

const SIGN = { ok: '✓', warn: '!', bad: '✗' } as const;

export default class Doctor extends BaseCommand {
  static override summary = 'Check everything that a run stands on, and say how to mend it';
  static override examples = ['<%= config.bin %> doctor'];
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    const findings = await examine(this.world, this.caller);
    if (flags.json) this.printJson({ ok: findings.every(({ level }) => level !== 'bad'), tier: TIER, findings });
    else {
      const rows = findings.map(({ level, about, text, fix }) => [SIGN[level], about, fix === null ? text : `${text}. Fix: ${fix}`]);
      const colour = { ok: this.paint.green, warn: this.paint.yellow, bad: this.paint.red };
      const paint = (text: string, row: number, column: number) => (column === 0 ? colour[findings[row]?.level ?? 'ok'](text) : text);
      for (const line of formatTable(rows, { width: this.width, paint })) this.print(line);
      this.table([[`tier ${TIER.name}: ${TIER.protects};`], [`  not against this: ${TIER.limits}`]]);
    }
    if (findings.some(({ level }) => level === 'bad')) this.exit(1);
  }
}
