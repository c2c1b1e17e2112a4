import type { RequestLine } from '../broker/administration/requests.js';
import type { ApprovalRequest, ShownFile, ShownValue } from '../model/approval.js';
import { showText } from '../model/show-text.js';

/** A request for a person who decides, a line for each part. What the caller gave is shown as text and marked as the caller's. */
export function describeRequest({ request, answer, state }: RequestLine): readonly (readonly [string, string])[] {
  const { id, rule, tenant, project, alias, principal, grants, bind, folder, params, extra, reason, firstMs, lastMs, times } = request;
  const credentials = Object.entries(bind).map(([slot, name]) => `${slot}=${name}`);
  return [
    ['request', id],
    ['state', state],
    [
      'asked for',
      rule === 'ungranted' ? 'an alias that no grant permits' : `a grant that says ${rule} (${Object.keys(grants).join(', ')})`,
    ],
    ['alias', alias],
    ['tenant', `${tenant}/${project}`],
    ['caller', principal],
    ...(credentials.length === 0 ? [] : ([['credentials', credentials.join(', ')]] as const)),
    ['folder', showText(folder)],
    ...Object.entries(params).map(([name, value]): [string, string] => [`  ${name}`, describeValue(value)]),
    ...(extra === null ? [] : ([['  --', describeValue(extra)]] as const)),
    ['reason (the caller’s words)', reason === null ? '-' : showText(reason)],
    ['asked', `${times === 1 ? 'once' : `${times} times`}, ${toTime(firstMs)}${times === 1 ? '' : ` to ${toTime(lastMs)}`}`],
    ...(answer === null ? [] : ([['answered', `${answer.verdict}, ${toTime(answer.decidedMs)}`]] as const)),
    ...(answer?.verdict === 'approved' ? ([['good for', describeWorth(answer)]] as const) : []),
  ];
}

/** A request as JSON. Times are ISO 8601. */
export function requestToJson({ request, answer, state }: RequestLine) {
  const { id, rule, tenant, project, alias, principal, grants, bind, link, folder, params, extra, reason, firstMs, lastMs, times } =
    request;
  return {
    id,
    state,
    rule,
    tenant,
    project,
    alias,
    principal,
    grants: Object.keys(grants),
    bind,
    link,
    folder,
    params,
    extra,
    reason,
    first: toTime(firstMs),
    last: toTime(lastMs),
    times,
    answer:
      answer === null
        ? null
        : {
            verdict: answer.verdict,
            decided: toTime(answer.decidedMs),
            count: answer.count,
            left: answer.left,
            expires: answer.expiresMs === null ? null : toTime(answer.expiresMs),
            bind: answer.bind,
          },
  };
}

/** What an approval is worth: `3 of 5 runs left until …`. */
export function describeWorth({ count, left, expiresMs }: NonNullable<RequestLine['answer']>): string {
  const runs = left === null ? 'as often as it is asked for' : `${left} of ${count ?? left} ${count === 1 ? 'run' : 'runs'} left`;
  return expiresMs === null ? runs : `${runs}, until ${toTime(expiresMs)}`;
}

export function toTime(ms: number): string {
  return new Date(ms).toISOString();
}

function describeValue(value: ApprovalRequest['params'][string]): string {
  return isFile(value) ? `the file ${showText(value.file)}, ${value.bytes} bytes, SHA-256 ${value.sha256}` : describeJson(value);
}

function describeJson({ json, length }: ShownValue): string {
  return length > json.length ? `${showText(json)}… (${length - json.length} more characters are not shown)` : showText(json);
}

function isFile(value: ShownValue | ShownFile): value is ShownFile {
  return 'file' in value;
}
