import type { Weekday } from '../../src/model/tenant.js';

/** `opens`: when the window opens next; null: it is open at `now`. Hours as a tenant's file spells them. */
export type WindowRow = {
  readonly title: string;
  readonly days: readonly Weekday[];
  readonly hours: string;
  readonly timezone: string;
  readonly now: string;
  readonly opens: string | null;
};

const WORKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];
const DAILY: readonly Weekday[] = [...WORKDAYS, 'sat', 'sun'];

const london = { days: WORKDAYS, hours: '08:00-20:00', timezone: 'Europe/London' };
const night = { days: ['fri'] as const, hours: '22:00-06:00', timezone: 'UTC' };
const gap = { days: DAILY, timezone: 'Europe/Berlin' };

export const WINDOWS: readonly WindowRow[] = [
  { ...london, title: 'is open inside its hours', now: '2026-11-23T12:00:00Z', opens: null },
  { ...london, title: 'is open at its first moment', now: '2026-11-23T08:00:00Z', opens: null },
  { ...london, title: 'is shut just before its first moment', now: '2026-11-23T07:59:59.999Z', opens: '2026-11-23T08:00:00Z' },
  { ...london, title: 'is open just before its end', now: '2026-11-23T19:59:59.999Z', opens: null },
  { ...london, title: 'is shut at its end', now: '2026-11-23T20:00:00Z', opens: '2026-11-24T08:00:00Z' },
  { ...london, title: 'is shut on another day', now: '2026-11-22T12:00:00Z', opens: '2026-11-23T08:00:00Z' },
  { ...london, title: 'opens after the weekend', now: '2026-11-20T20:00:00Z', opens: '2026-11-23T08:00:00Z' },
  { ...london, title: 'follows summer time', now: '2026-07-01T07:00:00Z', opens: null },
  { ...london, title: 'opens by summer time after the change', now: '2026-03-27T21:00:00Z', opens: '2026-03-30T07:00:00Z' },
  { ...london, title: 'opens by winter time after the change', now: '2026-10-23T20:00:00Z', opens: '2026-10-26T08:00:00Z' },
  { ...london, days: ['wed'], title: 'of one day opens a week later', now: '2026-11-25T20:00:00Z', opens: '2026-12-02T08:00:00Z' },
  { ...london, days: [], title: 'of no day never opens', now: '2026-11-25T12:00:00Z', opens: 'never' },

  { ...night, title: 'over midnight is open before it', now: '2026-11-27T23:00:00Z', opens: null },
  { ...night, title: 'over midnight is open after it', now: '2026-11-28T05:59:59Z', opens: null },
  { ...night, title: 'over midnight ends on the next day', now: '2026-11-28T06:00:00Z', opens: '2026-12-04T22:00:00Z' },
  { ...night, title: 'over midnight belongs to the day it begins on', now: '2026-11-27T03:00:00Z', opens: '2026-11-27T22:00:00Z' },
  { ...night, title: 'over midnight is not open on the next evening', now: '2026-11-28T23:00:00Z', opens: '2026-12-04T22:00:00Z' },
  { ...night, hours: '08:00-08:00', title: 'of equal hours lasts a day', now: '2026-11-28T07:59:59Z', opens: null },
  { ...night, hours: '08:00-08:00', title: 'of equal hours ends after a day', now: '2026-11-28T08:00:00Z', opens: '2026-12-04T08:00:00Z' },
  { ...night, hours: '00:00-24:00', title: 'to 24:00 is open in the last minute', now: '2026-11-27T23:59:59.999Z', opens: null },
  { ...night, hours: '00:00-24:00', title: 'to 24:00 ends with the day', now: '2026-11-28T00:00:00Z', opens: '2026-12-04T00:00:00Z' },
  { ...night, days: ['sun'], title: 'from Sunday to Monday goes over the week’s end', now: '2026-11-23T05:00:00Z', opens: null },

  {
    ...gap,
    hours: '02:30-04:00',
    title: 'that begins in the skipped hour opens right after it',
    now: '2026-03-29T00:59:59Z',
    opens: '2026-03-29T01:00:00Z',
  },
  { ...gap, hours: '02:30-04:00', title: 'that begins in the skipped hour is open after it', now: '2026-03-29T01:00:00Z', opens: null },
  {
    ...gap,
    hours: '02:15-02:45',
    title: 'that lies in the skipped hour does not open that day',
    now: '2026-03-29T00:30:00Z',
    opens: '2026-03-30T00:15:00Z',
  },
  {
    ...gap,
    hours: '01:00-02:30',
    title: 'that ends in the skipped hour ends right after it',
    now: '2026-03-29T01:00:00Z',
    opens: '2026-03-29T23:00:00Z',
  },
  { ...gap, hours: '02:00-03:00', title: 'of the hour that comes twice is open the first time', now: '2026-10-25T00:30:00Z', opens: null },
  { ...gap, hours: '02:00-03:00', title: 'of the hour that comes twice is open the second time', now: '2026-10-25T01:30:00Z', opens: null },
  {
    ...gap,
    hours: '02:00-02:30',
    title: 'inside the hour that comes twice is shut between the times',
    now: '2026-10-25T00:40:00Z',
    opens: '2026-10-25T01:00:00Z',
  },
  {
    ...gap,
    hours: '02:30-02:45',
    title: 'inside the hour that comes twice opens again',
    now: '2026-10-25T00:50:00Z',
    opens: '2026-10-25T01:30:00Z',
  },
  {
    ...gap,
    hours: '02:30-02:45',
    title: 'inside the hour that comes twice is shut after both',
    now: '2026-10-25T01:45:00Z',
    opens: '2026-10-26T01:30:00Z',
  },

  {
    days: ['mon'],
    hours: '09:00-17:00',
    timezone: 'Pacific/Auckland',
    title: 'has the weekday of its own zone',
    now: '2026-11-22T21:00:00Z',
    opens: null,
  },
  {
    days: ['mon'],
    hours: '09:00-17:00',
    timezone: 'America/Los_Angeles',
    title: 'in the west opens later',
    now: '2026-11-23T09:00:00Z',
    opens: '2026-11-23T17:00:00Z',
  },
  {
    days: DAILY,
    hours: '09:15-09:30',
    timezone: 'Asia/Kathmandu',
    title: 'keeps a zone’s quarter of an hour',
    now: '2026-11-23T03:00:00Z',
    opens: '2026-11-23T03:30:00Z',
  },
  {
    days: DAILY,
    hours: '02:00-02:10',
    timezone: 'Australia/Lord_Howe',
    title: 'knows a change of half an hour',
    now: '2026-10-03T15:00:00Z',
    opens: '2026-10-04T15:00:00Z',
  },
  {
    days: ['fri'],
    hours: '09:00-10:00',
    timezone: 'Pacific/Apia',
    title: 'passes over a day that a zone skipped',
    now: '2011-12-29T10:00:00Z',
    opens: '2012-01-05T19:00:00Z',
  },
];
