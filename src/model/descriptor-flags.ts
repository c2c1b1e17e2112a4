/** What an open descriptor is for: reading alone, and whether a child that is started does not get it. */
export type DescriptorFlags = { readonly readOnly: boolean; readonly closeOnExec: boolean };

/** The access mode's bits of open(2); 0 is O_RDONLY. */
const ACCESS_MODE = 0o3;
/** O_CLOEXEC, as Linux shows it. */
const CLOSE_ON_EXEC = 0o2000000;

const FLAGS = /^flags:\s*([0-7]+)$/m;

/** Reads the text of `/proc/self/fdinfo/<descriptor>` (proc(5): `flags:` and an octal number); null where it does not say. */
export function parseDescriptorFlags(fdinfo: string): DescriptorFlags | null {
  const flags = FLAGS.exec(fdinfo)?.[1];
  if (flags === undefined) return null;
  const bits = parseInt(flags, 8);
  return { readOnly: (bits & ACCESS_MODE) === 0, closeOnExec: (bits & CLOSE_ON_EXEC) !== 0 };
}
