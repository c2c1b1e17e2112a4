import AgentsCheck from '../commands/agents/check.js';
import AgentsInstall from '../commands/agents/install.js';
import Aliases from '../commands/aliases.js';
import AuditExport from '../commands/audit/export.js';
import AuditQuery from '../commands/audit/query.js';
import AuditRepair from '../commands/audit/repair.js';
import AuditShow from '../commands/audit/show.js';
import AuditVerify from '../commands/audit/verify.js';
import Autocomplete from '../commands/autocomplete.js';
import BackendCheck from '../commands/backend/check.js';
import BackendList from '../commands/backend/list.js';
import BackendVet from '../commands/backend/vet.js';
import CiInit from '../commands/ci/init.js';
import CiReport from '../commands/ci/report.js';
import Denials from '../commands/denials.js';
import Doctor from '../commands/doctor.js';
import Explain from '../commands/explain.js';
import GrantAdd from '../commands/grant/add.js';
import GrantList from '../commands/grant/list.js';
import GrantRemove from '../commands/grant/remove.js';
import ImportEnv from '../commands/import/env.js';
import Init from '../commands/init.js';
import Link from '../commands/link.js';
import Links from '../commands/links.js';
import RequestsApprove from '../commands/requests/approve.js';
import RequestsList from '../commands/requests/list.js';
import RequestsPrune from '../commands/requests/prune.js';
import RequestsReject from '../commands/requests/reject.js';
import RequestsShow from '../commands/requests/show.js';
import Redact from '../commands/redact.js';
import Run from '../commands/run.js';
import Scan from '../commands/scan.js';
import ScheduleAdd from '../commands/schedule/add.js';
import ScheduleList from '../commands/schedule/list.js';
import ScheduleLogs from '../commands/schedule/logs.js';
import ScheduleRemove from '../commands/schedule/remove.js';
import ScheduleRun from '../commands/schedule/run.js';
import ScheduleShow from '../commands/schedule/show.js';
import SecretCheck from '../commands/secret/check.js';
import SecretList from '../commands/secret/list.js';
import SecretRemove from '../commands/secret/remove.js';
import SecretRotateKey from '../commands/secret/rotate-key.js';
import SecretSet from '../commands/secret/set.js';
import ServiceAdd from '../commands/service/add.js';
import ServiceList from '../commands/service/list.js';
import ServiceRemove from '../commands/service/remove.js';
import ServiceShow from '../commands/service/show.js';
import ServiceVet from '../commands/service/vet.js';
import SessionEnd from '../commands/session/end.js';
import SessionList from '../commands/session/list.js';
import SessionStart from '../commands/session/start.js';
import Status from '../commands/status.js';
import TenantAdd from '../commands/tenant/add.js';
import TenantList from '../commands/tenant/list.js';
import TenantRestore from '../commands/tenant/restore.js';
import TenantRevoke from '../commands/tenant/revoke.js';
import TenantShow from '../commands/tenant/show.js';
import Unlink from '../commands/unlink.js';

/** Every command by its id, as oclif finds it. */
export const COMMANDS = {
  'agents:check': AgentsCheck,
  'agents:install': AgentsInstall,
  aliases: Aliases,
  'audit:export': AuditExport,
  'audit:query': AuditQuery,
  'audit:repair': AuditRepair,
  'audit:show': AuditShow,
  'audit:verify': AuditVerify,
  autocomplete: Autocomplete,
  'backend:check': BackendCheck,
  'backend:list': BackendList,
  'backend:vet': BackendVet,
  'ci:init': CiInit,
  'ci:report': CiReport,
  denials: Denials,
  doctor: Doctor,
  explain: Explain,
  'grant:add': GrantAdd,
  'grant:list': GrantList,
  'grant:remove': GrantRemove,
  'import:env': ImportEnv,
  init: Init,
  link: Link,
  links: Links,
  'requests:approve': RequestsApprove,
  'requests:list': RequestsList,
  'requests:prune': RequestsPrune,
  'requests:reject': RequestsReject,
  'requests:show': RequestsShow,
  redact: Redact,
  run: Run,
  scan: Scan,
  'schedule:add': ScheduleAdd,
  'schedule:list': ScheduleList,
  'schedule:logs': ScheduleLogs,
  'schedule:remove': ScheduleRemove,
  'schedule:run': ScheduleRun,
  'schedule:show': ScheduleShow,
  'secret:check': SecretCheck,
  'secret:list': SecretList,
  'secret:remove': SecretRemove,
  'secret:rotate-key': SecretRotateKey,
  'secret:set': SecretSet,
  'service:add': ServiceAdd,
  'service:list': ServiceList,
  'service:remove': ServiceRemove,
  'service:show': ServiceShow,
  'service:vet': ServiceVet,
  'session:end': SessionEnd,
  'session:list': SessionList,
  'session:start': SessionStart,
  status: Status,
  'tenant:add': TenantAdd,
  'tenant:list': TenantList,
  'tenant:restore': TenantRestore,
  'tenant:revoke': TenantRevoke,
  'tenant:show': TenantShow,
  unlink: Unlink,
};
