import type { AliasName, ServiceName, SlotName } from './ids.js';

export type Effect = 'read' | 'write' | 'destructive';
export const EFFECTS: readonly Effect[] = ['read', 'write', 'destructive'];

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** How a credential is presented on the wire: the scheme's name and its own options, checked by the scheme's registry line. */
export type SchemeUse = { readonly scheme: string; readonly options: Readonly<Record<string, string>> };

/**
 * A place of a service that a credential fills. `hosts`: lower-case host names or IP literals that may receive it. `exchange`: the address
 * where it is exchanged for a short-lived token, which is presented in its place; absent for a scheme that presents the credential itself.
 */
export type Slot = SchemeUse & { readonly hosts: readonly string[]; readonly exchange?: string };

/** An API or tool. `base` is null for a service of commands alone. `ca` is a PEM file's absolute path. */
export type Service = {
  readonly service: ServiceName;
  readonly title: string;
  readonly base: string | null;
  /** CIDRs the service may live in besides public addresses. */
  readonly networks: readonly string[];
  readonly ca: string | null;
  readonly slots: Readonly<Record<SlotName, Slot>>;
};

/** Where a parameter's value goes. It decides which values are PARAM_UNSAFE. */
export type Place = 'path' | 'query' | 'header' | 'json' | 'form' | 'argv' | 'body';

type ParamBase = {
  /** `null`: required. A default is a value of the parameter's own type. */
  readonly default: Json;
  readonly required: boolean;
  readonly title: string | null;
  readonly places: readonly Place[];
  /** argv only: the value may start with `-` or `@`. */
  readonly allowLeading: boolean;
};

export type Param =
  | (ParamBase & { readonly type: 'string'; readonly pattern: string | null; readonly maxLength: number })
  | (ParamBase & { readonly type: 'integer' | 'number'; readonly min: number | null; readonly max: number | null })
  | (ParamBase & { readonly type: 'boolean' })
  | (ParamBase & { readonly type: 'enum'; readonly values: readonly string[] })
  | (ParamBase & { readonly type: 'json' })
  | (ParamBase & { readonly type: 'file'; readonly maxBytes: number });

/**
 * A text template: literal text and parameters in turn. `{name}` fills one slot; a template that is one parameter and
 * nothing else keeps the value's type where the place has types (JSON).
 */
export type Template = readonly ({ readonly text: string } | { readonly param: string })[];

/** A JSON body with templates where its strings were. */
export type JsonTemplate =
  | null
  | boolean
  | number
  | { readonly template: Template }
  | { readonly items: readonly JsonTemplate[] }
  | { readonly fields: readonly (readonly [string, JsonTemplate])[] };

export type HttpBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly value: JsonTemplate }
  | { readonly kind: 'form'; readonly fields: readonly (readonly [string, Template])[] }
  /** The bytes of a `file` or text of a `string` parameter, as they are. */
  | { readonly kind: 'raw'; readonly param: string; readonly contentType: string };

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type HttpAction = {
  readonly kind: 'http';
  readonly method: HttpMethod;
  /** One template for each segment between slashes, in order; `/a/{b}/` ends in an empty literal segment. */
  readonly segments: readonly Template[];
  readonly query: readonly (readonly [string, Template])[];
  readonly headers: readonly (readonly [string, Template])[];
  readonly body: HttpBody;
  /** The slots that are presented, normally one; empty when the request carries no credential. */
  readonly slots: readonly SlotName[];
  readonly response: {
    /** A JMESPath expression, or null to pass the body on as it is. */
    readonly select: string | null;
    /** Put the status in the result: `{status, headers, body}`. */
    readonly status: boolean;
    /** Lower-case names of answer headers to put in the result. */
    readonly headers: readonly string[];
  };
};

export type CommandAction = {
  readonly kind: 'command';
  /** The executable's absolute path as the service names it; `service vet` pins what it resolves to. */
  readonly executable: string;
  /** One template for each argument after the executable. */
  readonly argv: readonly Template[];
  /** Environment variable ← slot. */
  readonly credentials: readonly (readonly [string, SlotName])[];
  readonly delivery: 'env' | 'file';
  readonly cwd: 'private' | 'workspace';
  /** Further literal variables of the child's environment. */
  readonly env: readonly (readonly [string, string])[];
  /** The child has a terminal of its own where the caller's standard output is one. */
  readonly tty: boolean;
  /** Extra arguments after `--`: how many, and the pattern each must match whole; null: none. */
  readonly extra: { readonly pattern: string; readonly max: number } | null;
};

/** An approved action, ready to be decided on and performed. */
export type Alias = {
  readonly alias: AliasName;
  readonly title: string;
  readonly effect: Effect;
  readonly params: Readonly<Record<string, Param>>;
  readonly action: HttpAction | CommandAction;
  readonly limits: { readonly timeoutMs: number; readonly maxBytes: number };
  readonly service: Service;
  /** SHA-256 (hex) of the service file that defines it. */
  readonly source: string;
  /** SHA-256 (hex) of what the operator wrote of it and of its service, as canonical JSON: neither spacing, comments nor other aliases change it. */
  readonly definition: string;
};

/** As much of an alias as policy and a caller's menu look at; every `Alias` is one. */
export type AliasOutline = Pick<Alias, 'alias' | 'title' | 'effect' | 'params'> & {
  readonly action: Pick<HttpAction, 'kind' | 'slots'> | Pick<CommandAction, 'kind' | 'credentials' | 'cwd' | 'extra'>;
  readonly service: Pick<Service, 'service' | 'slots'>;
};
