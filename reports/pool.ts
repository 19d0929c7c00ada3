/** Texts of which each is kept once. */
export class Pool {
  private readonly indexes = new Map<string, number>();

  /** The texts, in the order in which they came. */
  get texts(): readonly string[] {
    return [...this.indexes.keys()];
  }

  /** The index of `text`, which is kept if it is new. */
  add(text: string): number {
    const index = this.indexes.get(text) ?? this.indexes.size;
    this.indexes.set(text, index);
    return index;
  }

  /** Tells whether `text` is kept already. */
  has(text: string): boolean {
    return this.indexes.has(text);
  }
}
