/** Stands in a recording in place of a secret. */
export const REDACTED = '(redacted)';
