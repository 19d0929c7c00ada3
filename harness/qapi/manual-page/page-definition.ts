import type { Condition, TypeRef } from '../model.ts';

/** What a manual page says of one definition, in the terms of the page; both forms of the page give it. */
export interface PageDefinition {
  readonly kind: PageKind;
  readonly name: string;
  readonly line: number;
  readonly since?: string;
  readonly condition?: Condition;
  /** Special features that the page says of the definition itself; `undefined`: this form of the page does not say. */
  readonly marks?: readonly string[];
  /** Members, arguments, values or alternatives, and pointers to those of other types. */
  readonly rows: readonly PageRow[];
  readonly features: readonly PageFeature[];
  /** The type that a command returns, where the form of the page tells types of returns. */
  readonly returns?: TypeRef;
}

export type PageKind = 'enum' | 'object' | 'alternate' | 'command' | 'event';

/** What a line of the page's lists says. */
export type PageRow = MemberRow | PointerRow;

interface CommonRow {
  readonly line: number;
  readonly condition?: Condition;
  /** The branch to which it belongs. */
  readonly when?: PageBranch;
}

export interface MemberRow extends CommonRow {
  readonly kind: 'member';
  readonly name: string;
  /** `undefined`: enum values, and members of a type without a name. */
  readonly type?: TypeRef;
  readonly optional: boolean;
  readonly text: string;
}

/** "The members of TYPE." */
export interface PointerRow extends CommonRow {
  readonly kind: 'pointer';
  readonly type: string;
}

/** "when DISCRIMINATOR is VALUE" */
export interface PageBranch {
  readonly discriminator: string;
  readonly value: string;
}

/** A feature, and what is said of it. */
export interface PageFeature {
  readonly name: string;
  /** As written, escapes included: fonts tell names from words. */
  readonly text: string;
}
