import { Flags } from '@oclif/core';
import { listSessions } from '../../broker/administration/sessions.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';

export default class SessionList extends BaseCommand {
  static override summary = 'List the sessions that hold';
  static override examples = ['<%= config.bin %> session list', '<%= config.bin %> session list --all --json'];
  static override flags = { all: Flags.boolean({ description: 'also those that are over' }), json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(SessionList);
    const lines = this.take(listSessions(this.world)).filter((line) => flags.all || line.kind === 'broken' || line.fault === null);
    if (flags.json) {
      return this.printJson(
        lines.map((line) => {
          if (line.kind === 'broken') return { id: line.id, holds: false, fault: 'unreadable' };
          const { id, tenant, project, pid, command, startedMs, expiresMs, ended } = line.session;
          const times = { started: toTime(startedMs), expires: toTime(expiresMs), ended: ended === null ? null : toTime(ended.atMs) };
          return { id, tenant, project, pid, command, ...times, holds: line.fault === null, fault: line.fault };
        }),
      );
    }
    if (lines.length === 0) return this.sayNone('there is no session', 'outloop session start --tenant TENANT -- COMMAND');
    this.table(
      lines.map((line) => {
        if (line.kind === 'broken') return [line.id, '', '', '', '', 'unreadable'];
        const { id, tenant, project, command, pid, expiresMs } = line.session;
        return [id, project === null ? tenant : `${tenant}/${project}`, command, String(pid), toTime(expiresMs), line.fault ?? 'holds'];
      }),
      ['SESSION', 'FOR', 'COMMAND', 'PID', 'UNTIL', 'STATE'],
    );
  }
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}
