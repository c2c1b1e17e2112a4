/** Node cannot set limits of its own: a constant shell line takes away core dumps and gives the umask, then becomes the program that follows it. */
export const SHELL = '/bin/sh';
export const SHELL_LINE = 'umask 077; ulimit -c 0; exec "$@"';
