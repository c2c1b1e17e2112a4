/** Who can act on a denial. */
export type Actor = 'agent' | 'operator' | 'nobody';

/** Whether the same request may be sent again. */
export type Retry = 'no' | 'after-fixing' | 'after-waiting' | 'after-approval' | 'once' | 'check-first';

/**
 * One refusal or ending. `reason` is a sentence without its full stop; `{fact}` takes a fact of that name and a clause in
 * `[…]` is left out when one of its facts is missing. `next` is safe for an agent to do: it never approves, links, widens,
 * disables or reveals anything. `command` is what the actor can run; of several
 * (`a or b`) the first whose facts are known.
 */
export type CatalogueEntry = {
  readonly exit: number;
  readonly meaning: string;
  readonly reason: string;
  readonly who: Actor;
  readonly next: string;
  readonly command: string | null;
  readonly retry: Retry;
};

const WITHOUT_ACCESS = 'carry on with work that needs no access, and report that the operator must link this folder';

const CODES = {
  USAGE: {
    exit: 102,
    meaning: 'The command line could not be read.',
    reason: 'the command line is not valid[: {detail}]',
    who: 'agent',
    next: 'read the help and correct the call',
    command: 'outloop help {command} or outloop help run',
    retry: 'after-fixing',
  },
  LINK_NOT_FOUND: {
    exit: 103,
    meaning: 'No .outloop file stands in this folder or in any folder above it.',
    reason: 'no .outloop link file is in this folder or above it[: {detail}]',
    who: 'operator',
    next: WITHOUT_ACCESS,
    command: 'outloop link',
    retry: 'no',
  },
  LINK_NOT_APPROVED: {
    exit: 103,
    meaning: 'The .outloop file is not registered for this very folder: it was copied, cloned, moved, nested or never approved.',
    reason: 'the .outloop file in {directory} is not approved for this folder[: {detail}]',
    who: 'operator',
    next: WITHOUT_ACCESS,
    command: 'outloop link',
    retry: 'no',
  },
  LINK_CHANGED: {
    exit: 103,
    meaning: 'The .outloop file is not the one that was approved: its bytes have changed.',
    reason: 'the .outloop file in {directory} has changed since it was approved[: {detail}]',
    who: 'operator',
    next: 'leave the file as it is, carry on with work that needs no access, and report that the operator must look at it and link this folder again',
    command: 'outloop link',
    retry: 'no',
  },
  LINK_UNTRUSTED_PATH: {
    exit: 103,
    meaning: 'The .outloop file or a folder above it could be changed by somebody else, or is not a plain small file.',
    reason: 'the link file in {directory} cannot be trusted[: {detail}]',
    who: 'operator',
    next: WITHOUT_ACCESS,
    command: 'outloop doctor',
    retry: 'no',
  },
  TENANT_MISMATCH: {
    exit: 104,
    meaning: 'The caller asked for one tenant in a folder that is linked to another, or its session is for another or does not hold.',
    reason:
      'this folder belongs to tenant {tenant}[, project {project}][, and the request names {asserted}][, and this session may act for {pinned} alone][, and the session that the caller shows {fault}]',
    who: 'agent',
    next: 'use the aliases of this folder’s tenant, go back to a folder of the tenant that you work for, or stop',
    command: 'outloop aliases',
    retry: 'no',
  },
  TENANT_REVOKED: {
    exit: 104,
    meaning: 'The operator has revoked this tenant.',
    reason: 'tenant {tenant} is revoked',
    who: 'operator',
    next: 'stop work for this tenant and report it',
    command: null,
    retry: 'no',
  },
  TENANT_UNKNOWN: {
    exit: 104,
    meaning: 'The link names a tenant that the operator state does not hold.',
    reason: 'tenant {tenant} is not known here',
    who: 'operator',
    next: 'carry on with work that needs no access, and report it',
    command: 'outloop tenant list',
    retry: 'no',
  },
  PIN_MISMATCH: {
    exit: 104,
    meaning: 'A grant pins a parameter to a value of this tenant, and the request gives another.',
    reason: 'parameter {param} is pinned for tenant {tenant} and was given another value',
    who: 'agent',
    next: 'leave the pinned parameter out or use this tenant’s value, or stop',
    command: 'outloop aliases',
    retry: 'no',
  },
  ALIAS_UNKNOWN: {
    exit: 105,
    meaning: 'No service defines this alias.',
    reason: 'there is no alias {alias}[; the nearest is {suggestion}]',
    who: 'agent',
    next: 'list the aliases of this folder and choose one',
    command: 'outloop aliases',
    retry: 'after-fixing',
  },
  ALIAS_NOT_ALLOWED: {
    exit: 105,
    meaning: 'No grant permits this alias here, or one forbids it: by name, effect, project, principal or expiry.',
    reason: '{alias} is not permitted here[: {detail}]',
    who: 'agent',
    next: 'list the aliases of this folder and choose one that is permitted',
    command: 'outloop aliases',
    retry: 'no',
  },
  DESTINATION_NOT_ALLOWED: {
    exit: 105,
    meaning: 'The credential may not be sent to the host that the action reaches, or the service may not live at that address.',
    reason: '{alias} would reach {host}, which is not allowed',
    who: 'agent',
    next: 'list the aliases of this folder and choose another, and report it',
    command: 'outloop aliases',
    retry: 'no',
  },
  PARAM_INVALID: {
    exit: 106,
    meaning: 'A parameter is missing, unknown, or not of its type, pattern or range.',
    reason: 'parameter {param} is not valid[: {detail}]',
    who: 'agent',
    next: 'fix the parameter by its schema',
    command: 'outloop aliases',
    retry: 'after-fixing',
  },
  PARAM_UNSAFE: {
    exit: 106,
    meaning: 'A parameter’s value could leave the place it fills: a path segment, an argument, a header.',
    reason: 'parameter {param} cannot be placed safely[: {detail}]',
    who: 'agent',
    next: 'use a plain value, and do not encode around the check',
    command: 'outloop aliases',
    retry: 'no',
  },
  APPROVAL_REQUIRED: {
    exit: 107,
    meaning: 'A person must approve this request, which is recorded once and waits without holding anything up.',
    reason: '{alias} needs an approval[, and request {request} waits for the operator][; {unrecorded}][; {detail}]',
    who: 'operator',
    next: 'continue other work, and try again after the operator has answered',
    command: 'outloop requests show {request}',
    retry: 'after-approval',
  },
  APPROVAL_REJECTED: {
    exit: 107,
    meaning: 'A person rejected this request.',
    reason: 'the operator rejected request {request} for {alias}',
    who: 'agent',
    next: 'continue other work without it, and do not ask for the same in another way',
    command: null,
    retry: 'no',
  },
  APPROVAL_EXPIRED: {
    exit: 107,
    meaning: 'The approval for this request is over; the request is recorded again.',
    reason: 'the approval for {alias} has expired[, and request {request} waits for the operator][; {unrecorded}]',
    who: 'operator',
    next: 'continue other work, and try again after the operator has answered',
    command: 'outloop requests show {request}',
    retry: 'after-approval',
  },
  RATE_LIMITED: {
    exit: 108,
    meaning: 'A grant’s rate or concurrency limit has no room now.',
    reason: 'the {limit} limit[ of grant {grant}] has no room[: {detail}]',
    who: 'agent',
    next: 'wait retry_after_ms, then try again',
    command: null,
    retry: 'after-waiting',
  },
  OUTSIDE_WINDOW: {
    exit: 108,
    meaning: 'The grant permits this only at other times.',
    reason: '{alias} is permitted only at other times',
    who: 'agent',
    next: 'continue other work, and wait retry_after_ms before trying again',
    command: null,
    retry: 'after-waiting',
  },
  TOOL_NOT_FOUND: {
    exit: 109,
    meaning: 'The executable of this alias, or of the backend that holds its credential, is not there.',
    reason: 'the tool {tool} is not installed',
    who: 'operator',
    next: 'carry on with other work, and report that the operator must install the tool and vet it',
    command: 'outloop service vet {service} or outloop backend vet {backend}',
    retry: 'no',
  },
  TOOL_NOT_VETTED: {
    exit: 109,
    meaning: 'The operator has not vetted the executable of this alias, or of the backend that holds its credential.',
    reason: 'the tool {tool} has not been vetted',
    who: 'operator',
    next: 'carry on with other work, and report that the operator must vet it',
    command: 'outloop service vet {service} or outloop backend vet {backend}',
    retry: 'no',
  },
  TOOL_CHANGED: {
    exit: 109,
    meaning: 'The executable is not the one that was vetted.',
    reason: 'the tool {tool} has changed since it was vetted',
    who: 'operator',
    next: 'carry on with other work, and report that the operator must look at the tool and vet it again',
    command: 'outloop service vet {service} or outloop backend vet {backend}',
    retry: 'no',
  },
  TOOL_UNTRUSTED_PATH: {
    exit: 109,
    meaning: 'The executable, or a folder of its path, could be changed by somebody else.',
    reason: 'the tool {tool} lies on a path that others can change[: {detail}]',
    who: 'operator',
    next: 'carry on with other work, and report it',
    command: 'outloop doctor',
    retry: 'no',
  },
  RUNTIME_TAMPERED: {
    exit: 110,
    meaning: 'The environment or the command line changes how Node runs, so a credential could be read.',
    reason: 'the runtime is changed by {marker}',
    who: 'agent',
    next: 'start outloop from a clean environment, and report it',
    command: null,
    retry: 'no',
  },
  ISOLATION_UNAVAILABLE: {
    exit: 110,
    meaning: 'The child could not be isolated as promised.',
    reason: 'the child cannot be isolated[: {detail}]',
    who: 'operator',
    next: 'carry on with other work, and report it',
    command: 'outloop doctor',
    retry: 'no',
  },
  CONFIG_UNAVAILABLE: {
    exit: 111,
    meaning: 'There is no operator state, or it cannot be read.',
    reason: 'outloop is not set up here[: {detail}]',
    who: 'operator',
    next: 'carry on with work that needs no access, and report what outloop doctor says',
    command: 'outloop doctor',
    retry: 'no',
  },
  CONFIG_INVALID: {
    exit: 111,
    meaning: 'A file of the operator state is broken, contradictory or open to others.',
    reason: 'the operator state is not valid[: {detail}]',
    who: 'operator',
    next: 'carry on with work that needs no access, and report what outloop doctor says',
    command: 'outloop doctor',
    retry: 'no',
  },
  AUDIT_UNAVAILABLE: {
    exit: 112,
    meaning: 'The audit record could not be written, so nothing was run.',
    reason: 'the audit log cannot be written[: {detail}]',
    who: 'operator',
    next: 'try once more, then report it',
    command: 'outloop doctor',
    retry: 'once',
  },
  AUDIT_CHAIN_BROKEN: {
    exit: 112,
    meaning: 'The end of the audit log is not what outloop wrote.',
    reason: 'the audit log was changed[: {detail}]',
    who: 'operator',
    next: 'stop, and report it',
    command: 'outloop audit verify',
    retry: 'no',
  },
  BACKEND_LOCKED: {
    exit: 113,
    meaning: 'The backend that holds the credential is locked, waits for a person, or does not take outloop’s own token for it.',
    reason: 'the {backend} backend is locked[: {detail}]',
    who: 'operator',
    next: 'do not try again in a loop; report that the operator must unlock it, or renew outloop’s access to it',
    command: 'outloop backend check {backend}',
    retry: 'no',
  },
  BACKEND_UNAVAILABLE: {
    exit: 114,
    meaning: 'The backend that holds the credential cannot be reached.',
    reason: 'the {backend} backend cannot be reached[: {detail}]',
    who: 'agent',
    next: 'wait retry_after_ms, then try again',
    command: null,
    retry: 'after-waiting',
  },
  SECRET_MISSING: {
    exit: 115,
    meaning: 'The backend holds nothing under the credential’s reference.',
    reason: 'credential {credential} has no value in the {backend} backend',
    who: 'operator',
    next: 'carry on with other work, and report the credential’s name',
    command: 'outloop secret set {tenant}/{credential}',
    retry: 'no',
  },
  SECRET_UNUSABLE: {
    exit: 115,
    meaning: 'The credential’s value cannot be used: too short to hide, damaged, or not what its scheme needs.',
    reason: 'credential {credential} has a value that cannot be used[: {detail}]',
    who: 'operator',
    next: 'carry on with other work, and report the credential’s name',
    command: 'outloop secret set {tenant}/{credential}',
    retry: 'no',
  },
  RUN_TIMEOUT: {
    exit: 116,
    meaning: 'The action took longer than its limit and was ended.',
    reason: 'the action was ended after {limitMs} ms',
    who: 'agent',
    next: 'check the service’s state before trying again',
    command: null,
    retry: 'check-first',
  },
  OUTPUT_LIMIT: {
    exit: 116,
    meaning: 'The action gave more output than its limit and was ended.',
    reason: 'the action gave more than {maxBytes} bytes',
    who: 'agent',
    next: 'check the service’s state, then ask for less',
    command: null,
    retry: 'check-first',
  },
  REDIRECT_BLOCKED: {
    exit: 116,
    meaning: 'The service redirected to another origin, too often, or for a method that is not followed.',
    reason: 'the service’s redirect was not followed[: {detail}]',
    who: 'agent',
    next: 'check the service’s state, and report it',
    command: null,
    retry: 'check-first',
  },
  EGRESS_BLOCKED: {
    exit: 116,
    meaning: 'The service’s name resolved to an address it may not live at.',
    reason: '{host} resolved to an address that is not allowed',
    who: 'operator',
    next: 'report it',
    command: 'outloop doctor',
    retry: 'check-first',
  },
  UPSTREAM_UNREACHABLE: {
    exit: 116,
    meaning: 'The service could not be reached, or it broke off its answer.',
    reason: '{host} cannot be reached[: {detail}]',
    who: 'agent',
    next: 'check the service’s state before trying again',
    command: null,
    retry: 'check-first',
  },
  UPSTREAM_TLS_FAILED: {
    exit: 116,
    meaning: 'The service’s certificate was not accepted.',
    reason: 'the TLS connection to {host} was not accepted[: {detail}]',
    who: 'operator',
    next: 'report it',
    command: null,
    retry: 'check-first',
  },
  OUTPUT_WITHHELD: {
    exit: 117,
    meaning: 'The action was performed, and its output could not be made safe or selected.',
    reason: 'the action was performed and its output is withheld[: {detail}]',
    who: 'agent',
    next: 'treat the action as done, and query its result another way',
    command: null,
    retry: 'no',
  },
  CHILD_EXIT_RESERVED: {
    exit: 118,
    meaning: 'The command ended with a code that outloop keeps for itself; child_exit holds it.',
    reason: 'the command ended with {childExit}',
    who: 'agent',
    next: 'read child_exit in the status record; it is the command’s own answer',
    command: null,
    retry: 'check-first',
  },
  INTERNAL_ERROR: {
    exit: 119,
    meaning: 'outloop itself failed.',
    reason: 'outloop failed[ in {stage}]',
    who: 'operator',
    next: 'report the run id, and check the service’s state before trying again',
    command: 'outloop doctor',
    retry: 'check-first',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type DenialCode = keyof typeof CODES;

/** Every code that `outloop run` can end with besides the action's own result; exit codes, documents and schemas come from here. */
export const CATALOGUE: Readonly<Record<DenialCode, CatalogueEntry>> = CODES;

/** The codes in the catalogue's order. */
export const DENIAL_CODES = Object.keys(CODES) as readonly DenialCode[];

/** What follows a denial that a schedule's firing cannot get over by itself, whatever its code: the fact `schedule` names it. */
export const SCHEDULE_NEXT = {
  who: 'operator',
  next: 'nothing of schedule {schedule} runs until the operator has looked at it and made it again; report it',
  command: 'outloop schedule show {schedule}',
} as const satisfies Pick<CatalogueEntry, 'who' | 'next' | 'command'>;

/** Reads a code as a user types it, in any case; `null` when there is none. */
export function parseDenialCode(text: string): DenialCode | null {
  return DENIAL_CODES.find((code) => code === text.toUpperCase()) ?? null;
}
