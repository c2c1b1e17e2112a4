import type { LinkId, ProjectName, TenantName } from './ids.js';

/** What stands where a link file should be: nothing, a file with its facts, or something that must not be trusted. */
export type LinkFile =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'found';
      /** The folder's real path. */
      readonly directory: string;
      readonly device: string;
      readonly inode: string;
      /** The file's bytes, at most 4 KiB. */
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: 'untrusted';
      readonly directory: string;
      readonly why:
        'symlink' | 'not-a-file' | 'too-large' | 'other-owner' | 'folder-of-another' | 'others-can-write' | 'unreadable' | 'not-utf8';
    };

/** The link's evidence, gathered by the surface that the caller stands in: a claim once the broker is another user. `cwd` null: it is gone. */
export type LinkEvidence = { readonly cwd: string | null; readonly file: LinkFile };

/** One folder's own evidence, for the operator who links it: what stands in it, nothing above it. `file` says `untrusted` also where a folder above can be changed by others. */
export type FolderEvidence = { readonly directory: string; readonly device: string; readonly inode: string; readonly file: LinkFile };

/** A registered binding of one directory to a tenant and project. */
export type Link = {
  readonly id: LinkId;
  readonly tenant: TenantName;
  readonly project: ProjectName;
  readonly directory: string;
  /** The directory's, as the evidence has it. */
  readonly inode: string;
};
