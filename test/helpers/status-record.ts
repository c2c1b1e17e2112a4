import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

let validate: ValidateFunction | null = null;

/** Why a value is no status record by the published schema; null where it is one. */
export function findSchemaFault(record: unknown): string | null {
  const schema = new URL('../../docs/status-record.schema.json', import.meta.url);
  validate ??= new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(readFileSync(schema, 'utf8')));
  return validate(record) ? null : JSON.stringify(validate.errors);
}

/** Gives a record that is one by the published schema; throws where it is none. */
export function checkStatusRecord<T>(record: T): T {
  const fault = findSchemaFault(record);
  if (fault !== null) throw new Error(`no status record: ${fault}`);
  return record;
}
