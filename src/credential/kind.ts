import type { ZodType } from 'zod';
import type { Backend, OpenSetting } from './backend.js';
import type { Shapes } from './shapes.js';

/**
 * A kind of backend, which its module exports: what settings may say of it, which references a tenant may use, and how it is opened.
 * Only the backend that `open` gives touches the world; `open` itself asks nobody anything.
 */
export type KindOf<Options> = {
  /** The settings that it has besides `kind` and `tenants`, by key; null: it takes none, and has the one name. */
  readonly shape: ((shapes: Shapes) => { readonly [Key in keyof Options]: ZodType<Options[Key]> }) | null;
  /** What is wrong between several of its settings; null: nothing. */
  readonly faultOfOptions?: (options: Options) => string | null;
  /** What holds where settings say nothing of it; null: it must be set up. */
  readonly defaults: Options | null;
  /** Why this tenant may not use this reference, as a clause without a value that begins with `its`; null when it may. */
  readonly faultOfReference: (ref: string, tenant: string, options: Options) => string | null;
  /** The executable that it runs, an absolute path that must be vetted; null: none. */
  readonly program: (options: Options) => string | null;
  /** Where its own token rests; null: it needs none. */
  readonly token: (options: Options) => TokenPlace | null;
  /** Where it is, for the operator: a host, a program, a word. */
  readonly place: (options: Options) => string;
  readonly open: (setting: OpenSetting, options: Options) => Backend;
};

/**
 * Where a backend's own token rests (a service token, a client secret, an AppRole secret id): in the embedded store or the keychain
 * under `@backends/<name>`, or in a variable that is taken out of outloop's environment.
 */
export type TokenPlace = 'embedded' | 'keychain' | { readonly env: string };

/** A kind whose options' type was forgotten: whoever calls it passes what its own shape gave, or its `defaults`. */
export type BackendKind = {
  readonly shape: ((shapes: Shapes) => Readonly<Record<string, ZodType>>) | null;
  readonly defaults: unknown;
  readonly faultOfOptions: (options: unknown) => string | null;
  readonly faultOfReference: (ref: string, tenant: string, options: unknown) => string | null;
  readonly program: (options: unknown) => string | null;
  readonly token: (options: unknown) => TokenPlace | null;
  readonly place: (options: unknown) => string;
  readonly open: (setting: OpenSetting, options: unknown) => Backend;
};

/** Forgets the type of a kind's options, so that kinds can stand in one table. */
export function defineKind<Options extends object>(kind: KindOf<Options>): BackendKind {
  // What comes back as options was made by this very kind's shape: settings are compiled with it, and sealed.
  const own = (options: unknown): Options => options as Options;
  return {
    shape: kind.shape,
    defaults: kind.defaults,
    faultOfOptions: (options) => kind.faultOfOptions?.(own(options)) ?? null,
    faultOfReference: (ref, tenant, options) => kind.faultOfReference(ref, tenant, own(options)),
    program: (options) => kind.program(own(options)),
    token: (options) => kind.token(own(options)),
    place: (options) => kind.place(own(options)),
    open: (setting, options) => kind.open(setting, own(options)),
  };
}
