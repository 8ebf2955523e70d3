/** What an access does. The numbers are those of the packed trace key (trace/chunk.ts). */
export const FETCH = 0;
export const LOAD = 1;
export const STORE = 2;
export type AccessType = typeof FETCH | typeof LOAD | typeof STORE;

/** The privilege an access is made with: CPL 3 / U-mode / EL0, or everything above. */
export const USER = 0;
export const SUPERVISOR = 1;
export type Privilege = typeof USER | typeof SUPERVISOR;

export const ACCESS_NAMES = ['fetch', 'load', 'store'] as const;
export const PRIVILEGE_NAMES = ['user', 'supervisor'] as const;
