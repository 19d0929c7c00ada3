import type { Condition, ModelSource } from '../qapi/model.ts';

/** Whether a client sends a thing or receives it (qapi-code-gen, "Compatibility considerations"). */
export type Direction = 'sent' | 'received';

/**
 * One thing that can stand on the wire, without the names of types, which never do. Its path is made of
 * - `COMMAND`, then `COMMAND/arguments` and `COMMAND/returns`; `EVENT`, then `EVENT/data`
 * - `PATH/member`, and `PATH[]` for the elements of an array
 * - `PATH=value` for a value of an enum; `PATH=value/member` for what the branch of that value adds beside the
 *   discriminator `PATH`.
 */
export interface WireItem {
  readonly path: string;
  readonly kind: 'command' | 'event' | 'body' | 'member' | 'value';
  readonly direction: Direction;
  /** Of bodies and members: what JSON may stand there; see `wireType`. */
  readonly type?: string | undefined;
  readonly optional: boolean;
  /** Names of feature flags. */
  readonly features: readonly string[];
  /** Names of feature flags of the type that stands there; of a value that decides a branch: of the branch's type. */
  readonly typeFeatures?: readonly string[] | undefined;
  /** Who says the type, where that is not the first of the model's sources. */
  readonly typeFrom?: ModelSource | undefined;
  /** Flags of commands: `oob`, `preconfig`, `unchecked-arguments`, `no-success-response`, `reply-unknown`. */
  readonly flags: readonly string[];
  /**
   * Conditions of the thing itself and of all that encloses it; all must hold. Those of types say nothing more: what uses
   * a type can be compiled only where the type is.
   */
  readonly conditions: readonly Condition[];
  /** Definition in which it is written, and its name there. */
  readonly definition: string;
  readonly name: string;
}

/**
 * What may follow at one place of the wire: members of the object there, values of the enum there. A place is the path of
 * a body or member, with `[]` for elements of arrays, or that of a union's branch, `PATH/discriminator=value`.
 */
export interface Shape {
  readonly members: ReadonlyMap<string, WireItem>;
  readonly values: ReadonlyMap<string, WireItem>;
  /** Branches that add members, which have places of their own. */
  readonly branches: readonly BranchPlace[];
}

/** The branch of a union that stands with one value of its discriminator. */
export interface BranchPlace {
  readonly discriminator: string;
  readonly value: string;
}

/** What a model allows on the wire. */
export interface WireItems {
  /** By path. */
  readonly items: ReadonlyMap<string, WireItem>;
  /**
   * Places at which a type would come again inside itself, and where it was entered: what follows there would follow here,
   * too, and is written down only once.
   */
  readonly enteredAt: ReadonlyMap<string, string>;
  /** Present: only commands, events, bodies, and what stands at opened places is written down. See `Wire`. */
  readonly open?: (place: string) => Shape | undefined;
}
