const isText = (value: unknown): boolean => typeof value === 'string';
const isWhole = (value: unknown): boolean => Number.isInteger(value);
const isSwitch = (value: unknown): boolean => typeof value === 'boolean';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isTable = (of: (value: unknown) => boolean) => (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(of);

/** Keys of a launchd job with their types, from launchd.plist(5): those that an agent of a user's may sensibly have. */
export const LAUNCHD_KEYS: Readonly<Record<string, (value: unknown) => boolean>> = {
  Label: isText,
  Program: isText,
  ProgramArguments: isTexts,
  EnvironmentVariables: isTable(isText),
  WorkingDirectory: isText,
  Umask: (value) => isWhole(value) || isText(value),
  RunAtLoad: isSwitch,
  KeepAlive: isSwitch,
  StartInterval: isWhole,
  StartCalendarInterval: (value) => isTable(isWhole)(value) || (Array.isArray(value) && value.every(isTable(isWhole))),
  StandardInPath: isText,
  StandardOutPath: isText,
  StandardErrorPath: isText,
  ProcessType: isText,
  LowPriorityIO: isSwitch,
  Nice: isWhole,
  ThrottleInterval: isWhole,
  ExitTimeOut: isWhole,
  AbandonProcessGroup: isSwitch,
};

/** Keys of StartCalendarInterval with the least and the largest number that each takes; Sunday is 0 and 7. */
export const CALENDAR_KEYS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  Minute: [0, 59],
  Hour: [0, 23],
  Day: [1, 31],
  Weekday: [0, 7],
  Month: [1, 12],
};
