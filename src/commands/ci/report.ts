import { Flags } from '@oclif/core';
import { reportCi } from '../../broker/administration/ci-report.js';
import { BaseCommand } from '../../cli/base-command.js';
import { formatCodeQuality, formatJunit } from '../../cli/ci-report.js';

export default class CiReport extends BaseCommand {
  static override summary = 'Print what this job’s runs were denied, in a form that a CI shows';
  static override examples = [
    '<%= config.bin %> ci report --format codequality > gl-code-quality-report.json',
    '<%= config.bin %> ci report --format junit > outloop-report.xml',
  ];
  static override flags = {
    format: Flags.option({
      options: ['codequality', 'junit'] as const,
      required: true,
      description: 'codequality: GitLab’s merge requests; junit: most other CIs. GitHub gets annotations from the runs themselves',
    })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(CiReport);
    const { passed, findings } = this.take(await reportCi(this.world));
    process.stdout.write(flags.format === 'junit' ? formatJunit(findings, passed) : formatCodeQuality(findings));
  }
}
