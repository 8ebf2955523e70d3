/** --machine of commands that take one machine. */
export const MACHINE_OPTION = {
  type: 'string',
  default: 'skylake',
  requiresArg: true,
  describe: 'a preset (pagewalk machines) or a YAML file',
} as const;

/** --set of commands that take one machine. */
export const SET_OPTION = {
  type: 'string',
  array: true,
  requiresArg: true,
  describe: 'change a constant: key=value',
} as const;
