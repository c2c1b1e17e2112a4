import { isAbsolute, normalize } from 'node:path';
import { cancelled } from '../backend.js';
import type { Ask, Backend, BackendAnswer, OpenSetting, ProbeAnswer } from '../backend.js';
import { defineKind } from '../kind.js';
import { dropLineEnd } from '../line-end.js';
import { faultOfText } from '../path-reference.js';
import { readMountedFile } from './mounted-file.js';
import { promised } from '../../model/promised.js';

type Options = {
  /** Folders besides MOUNTS whose files others may read: a container's mounts. Nobody but root and the operator may write there. */
  readonly mounts: string[];
};

/** Where container engines mount secrets, often readable by everybody in the container. */
const MOUNTS = ['/run/secrets', '/var/run/secrets', '/run/credentials'];

/** Files, such as a container's mounted secrets. A reference is an absolute path. Every run reads the file again. */
export const file = defineKind<Options>({
  shape: ({ z, path }) => ({ mounts: z.array(path).max(100).default([]) }),
  defaults: { mounts: [] },
  faultOfReference: faultOfPath,
  program: () => null,
  token: () => null,
  place: ({ mounts }) => (mounts.length === 0 ? 'files' : `files, ${mounts.join(' ')}`),
  open: (setting, options) => new FileBackend(setting, options),
});

function faultOfPath(ref: string): string | null {
  const fault = faultOfText(ref);
  if (fault !== null) return fault;
  return isAbsolute(ref) && normalize(ref) === ref && !ref.endsWith('/') ? null : 'its ref is not an absolute path without . or ..';
}

class FileBackend implements Backend {
  readonly #setting: OpenSetting;
  readonly #mounts: readonly string[];

  constructor(setting: OpenSetting, { mounts }: Options) {
    this.#setting = setting;
    this.#mounts = [...MOUNTS, ...mounts];
  }

  get name(): string {
    return this.#setting.name;
  }

  get(ref: string, ask: Ask): Promise<BackendAnswer> {
    return promised(() => {
      if (ask.signal.aborted) return cancelled();
      const fault = faultOfPath(ref);
      if (fault !== null) return { kind: 'damaged', detail: fault };
      const read = readMountedFile(ref, { uid: this.#setting.state.uid, mounts: this.#mounts });
      return read.kind === 'value' ? { kind: 'value', bytes: dropLineEnd(read.bytes) } : read;
    });
  }

  placeOf(ref: string): string {
    return `the file ${ref}`;
  }

  probe(signal: AbortSignal): Promise<ProbeAnswer> {
    return promised(() =>
      signal.aborted
        ? { kind: 'unavailable', detail: 'the request was cancelled' }
        : { kind: 'ready', detail: 'files are looked at when they are read' },
    );
  }
}
