/** So many bytes a pipe of ours holds where the kernel lets it, and so many of a child's output are read and looked through at a time. */
export const PIPE_BYTES = 131_072;

/** Both ends of a pipe, as descriptors of this process. */
export type Pipe = { readonly read: number; readonly write: number };

/** Pipes for what a child writes. Whoever is given them closes all four ends. */
export type ChildPipes = { readonly stdout: Pipe; readonly stderr: Pipe };
