/** A group that is not the first of this process, and that it may give to a file; undefined where there is none. */
export const otherGroup = process.getuid?.() === 0 ? 54_321 : process.getgroups?.().find((group) => group !== process.getgid?.());
