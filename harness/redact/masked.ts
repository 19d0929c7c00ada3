/** A text in which secrets were replaced, and what they were. */
export interface Masked {
  readonly text: string;
  readonly secrets: readonly string[];
}

/** A text without secrets. */
export function unmasked(text: string): Masked {
  return { text, secrets: [] };
}
