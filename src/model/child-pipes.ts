/** Both ends of a pipe, as descriptors of this process. */
export type Pipe = { readonly read: number; readonly write: number };

/** Pipes for what a child writes. Whoever is given them closes all four ends. */
export type ChildPipes = { readonly stdout: Pipe; readonly stderr: Pipe };
