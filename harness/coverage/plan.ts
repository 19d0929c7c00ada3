/** A number of an item of the inventory. */
export type ItemId = number;

/**
 * What there is to be seen in the values of a type, in one role. `undefined`: nothing, as in a string. Plans refer to
 * each other, in circles too, as types do.
 */
export type Plan = ArrayPlan | EnumPlan | ObjectPlan | AlternatePlan | undefined;

export interface ArrayPlan {
  readonly kind: 'array';
  readonly element: Plan;
}

export interface EnumPlan {
  readonly kind: 'enum';
  readonly values: ReadonlyMap<string, ItemId>;
}

export interface ObjectPlan {
  readonly kind: 'object';
  base?: ObjectPlan | undefined;
  readonly members: MemberPlan[];
  union?: UnionPlan;
}

export interface MemberPlan {
  readonly name: string;
  readonly present: ItemId;
  /** `undefined`: it is mandatory. */
  readonly absent: ItemId | undefined;
  readonly type: Plan;
}

export interface UnionPlan {
  readonly discriminator: string;
  readonly branches: ReadonlyMap<string, BranchPlan>;
}

export interface BranchPlan {
  readonly taken: ItemId;
  /** `undefined`: without further members. */
  readonly members: ObjectPlan | undefined;
}

export interface AlternatePlan {
  readonly kind: 'alternate';
  readonly alternatives: readonly AlternativePlan[];
}

export interface AlternativePlan {
  readonly json: string;
  readonly taken: ItemId;
  readonly type: Plan;
}
