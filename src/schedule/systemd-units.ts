import type { Job } from './job.js';
import type { Timing } from './timing.js';

/** The two units of a job, by the name of their file. */
export type Units = { readonly service: Unit; readonly timer: Unit };
export type Unit = { readonly file: string; readonly text: string };

/**
 * A service that runs the job once, and the timer that starts it (systemd.service(5), systemd.timer(5)). A service that still runs is not started
 * again; a time that passed while the machine was off or asleep is made up for once (`Persistent=`).
 */
export function formatUnits({ label, name, words, environment, timing }: Job): Units {
  const head = '# Made by outloop schedule add; outloop schedule remove takes it away.\n';
  const service = [
    '[Unit]',
    `Description=outloop schedule ${name}`,
    '',
    '[Service]',
    'Type=oneshot',
    'UMask=0077',
    ...environment.map(([variable, value]) => `Environment=${quote(`${variable}=${value}`)}`),
    `ExecStart=${formatCommand(words)}`,
  ];
  const timer = [
    '[Unit]',
    `Description=outloop schedule ${name}`,
    '',
    '[Timer]',
    `OnCalendar=${formatCalendar(timing)}`,
    'AccuracySec=1s',
    'Persistent=true',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ];
  return {
    service: { file: `${label}.service`, text: `${head}${service.join('\n')}\n` },
    timer: { file: `${label}.timer`, text: `${head}${timer.join('\n')}\n` },
  };
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** `Mon,Fri *-1,7-* 2:30:00`: systemd.time(7), "Calendar Events". */
function formatCalendar({ minutes, hours, days, months, weekdays }: Timing): string {
  const list = (numbers: readonly number[] | null) => numbers?.join(',') ?? '*';
  const names = weekdays === null ? '' : `${weekdays.map((day) => WEEKDAYS[day] ?? '').join(',')} `;
  return `${names}*-${list(months)}-${list(days)} ${list(hours)}:${list(minutes)}:00`;
}

/** `$` stands for a variable in every word but the executable, which may hold neither quotes nor control characters: then sh starts it. */
function formatCommand([executable, ...args]: Job['words']): string {
  const quoteArgument = (word: string) => quote(word).replaceAll('$', '$$$$');
  if (!/[\u0000-\u001f\u007f'"\\$]/.test(executable)) return [quote(executable), ...args.map(quoteArgument)].join(' ');
  return ['/bin/sh', '-c', 'exec "$0" "$@"', executable, ...args].map(quoteArgument).join(' ');
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '%': '%%', '\n': '\\n', '\t': '\\t', '\r': '\\r' };

/** One item in double quotes (systemd.syntax(7), "Quoting"); `%%` is a percent sign and no specifier (systemd.unit(5)). */
function quote(text: string): string {
  if (/^[A-Za-z0-9_./:@+,=-]+$/.test(text)) return text;
  const escaped = text.replaceAll(
    /[\u0001-\u001f\u007f\\"%]/g,
    (character) => ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${escaped}"`;
}
