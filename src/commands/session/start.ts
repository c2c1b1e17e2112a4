import { constants } from 'node:os';
import { Flags } from '@oclif/core';
import { concludeSession, startSession } from '../../broker/administration/sessions.js';
import { attendCommand, type Attended } from '../../cli/attend-command.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import { raiseSignal } from '../../cli/raise-signal.js';
import type { ProjectName, TenantName } from '../../model/ids.js';
import { showText } from '../../model/show-text.js';
import { parseSpan } from '../../model/span.js';

/** The longest session: a week, after which whoever started it looks again. */
const MAX_TTL_MS = 7 * 86_400_000;

export default class SessionStart extends BaseCommand {
  static override summary = 'Run an agent whose whole process tree may act for one client alone';
  static override usage = 'session start --tenant TENANT [--project PROJECT] [--ttl 8h] -- COMMAND [ARGUMENT …]';
  static override examples = [
    '<%= config.bin %> session start --tenant acme -- claude',
    '<%= config.bin %> session start --tenant acme --project website --ttl 2h -- bash',
  ];
  static override strict = false;
  static override flags = {
    tenant: Flags.string({ required: true, helpValue: 'TENANT', description: 'the client that the command may act for' }),
    project: Flags.string({ helpValue: 'PROJECT', description: 'this project of the client alone' }),
    ttl: Flags.string({ default: '8h', helpValue: 'TIME', description: 'how long it holds at most (30m, 8h, 7d)' }),
    yes: yesFlag,
  };

  async run(): Promise<void> {
    const end = this.argv.indexOf('--');
    const command = end < 0 ? [] : this.argv.slice(end + 1);
    const { flags, argv } = await this.parse(SessionStart, end < 0 ? this.argv : this.argv.slice(0, end));
    if (command.length === 0 || argv.length > 0) this.error('the command stands after --, such as -- claude', { exit: 2 });
    const tenant = this.readName<TenantName>(flags.tenant, 'a tenant');
    const project = flags.project === undefined ? null : this.readName<ProjectName>(flags.project, 'a project');
    const ttlMs = parseSpan(flags.ttl);
    if (ttlMs === null || ttlMs > MAX_TTL_MS) this.error('--ttl needs a time such as 30m, 8h or 7d, and at most 7d', { exit: 2 });
    const { stdin, stdout, stderr } = this.caller.terminal;
    if (!flags.yes && !stdin && !stderr) this.askForYes('an operator starts a session');

    const { session, env, warnings } = this.take(await startSession(this.world, this.caller, { tenant, project, ttlMs, command }));
    for (const warning of warnings) this.say(`warning: ${warning}`, this.paintErr.yellow);
    this.say(
      `session ${session.id} for ${tenant}${project === null ? '' : `/${project}`}; it ends with ${showText(session.command)}, at ${new Date(session.expiresMs).toISOString()} at the latest`,
    );
    // This clock cannot be set back.
    const timer = setTimeout(() => void concludeSession(this.world, this.caller, session, 'expired'), ttlMs);
    const attended = await attendCommand({ argv: command, env: { ...this.caller.env, ...env }, terminal: stdin || stdout || stderr });
    clearTimeout(timer);
    const failed = concludeSession(this.world, this.caller, session, 'command');
    if (failed !== null)
      this.say('warning: the end of the session could not be put on file; it is over all the same', this.paintErr.yellow);
    this.leave(attended, command[0] ?? '');
  }

  /** Ends as the command ended; 127 and 126 are what a shell says of one that could not be started. */
  private leave(attended: Attended, file: string): never {
    if (attended.kind === 'failed') {
      this.say(`${showText(file)} cannot be started (${attended.code})`, this.paintErr.red);
      this.exit(attended.code === 'ENOENT' ? 127 : 126);
    }
    if (attended.signal === null) this.exit(attended.exit ?? 1);
    raiseSignal(attended.signal);
    this.exit(128 + constants.signals[attended.signal]);
  }
}
