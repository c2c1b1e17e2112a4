import { readFileSync } from 'node:fs';

/** What Node puts where an argument's bytes are not UTF-8. */
const REPLACEMENT = '\uFFFD';
/** Takes its place in our copy: half a surrogate pair, which no valid text holds and every check refuses. */
const UNREADABLE = '\uDCFF';

/**
 * The arguments with every one that was not UTF-8 made recognisable. Node turns such bytes into U+FFFD before JavaScript sees them,
 * so an argument that holds one is compared with the kernel's own copy; where there is none it counts as not UTF-8.
 */
export function markUnreadable(argv: readonly string[]): readonly string[] {
  if (!argv.some((arg) => arg.includes(REPLACEMENT))) return argv;
  const raw = readCommandLine();
  return argv.map((arg, index) => {
    if (!arg.includes(REPLACEMENT)) return arg;
    const bytes = raw?.[raw.length - argv.length + index];
    return bytes?.equals(Buffer.from(arg)) === true ? arg : arg.replaceAll(REPLACEMENT, UNREADABLE);
  });
}

function readCommandLine(): readonly Buffer[] | null {
  try {
    const bytes = readFileSync('/proc/self/cmdline');
    const parts: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(0, at);
      parts.push(bytes.subarray(at, end < 0 ? undefined : end));
      at = end < 0 ? bytes.length : end + 1;
    }
    return parts;
  } catch {
    return null;
  }
}
