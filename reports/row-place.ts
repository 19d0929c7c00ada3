/** Where the document of a row stands: a file below the checkout, and a line of it, from 1. */
export interface RowPlace {
  readonly file: string;
  readonly line: number;
}

/** Where a message of a row's transcript stands; −1 means the transcript. `undefined`: there is no such file. */
export type PlaceOf = (row: string, message: number) => RowPlace | undefined;
