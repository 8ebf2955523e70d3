/** One broken law: which, what was seen, and after which operation. */
export interface Finding {
  readonly law: string;
  readonly what: string;
  /** The fault or system call that was the last to change anything. */
  readonly operation: string;
}
