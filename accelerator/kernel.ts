/**
 * TypeScript's side (src/sim/accelerator/accelerator.ts): the walk of record `at` of the columns met no entry at
 * `level`, and is paid for; what shall be done with the record, in the words of layout.ts (ASK_).
 */
export declare function ask(at: i32, level: i32): i32;
