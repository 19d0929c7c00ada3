import type { Arguments, Definition, Feature, Member } from '../model.ts';

/** A member, value or alternative. */
export interface Part {
  readonly name: string;
  readonly since?: string;
  readonly features?: readonly Feature[];
}

/** What is written in a definition, not what it refers to: this is what its documentation describes. */
export function partsOf(definition: Definition): readonly Part[] {
  switch (definition.kind) {
    case 'enum':
      return definition.values;
    case 'struct':
      return definition.members;
    case 'union':
      return typeof definition.base === 'string' ? [] : definition.base;
    case 'alternate':
      return definition.alternatives;
    case 'command':
    case 'event':
      return writtenMembers(definition.arguments);
  }
}

function writtenMembers(written: Arguments): readonly Member[] {
  return written !== undefined && 'members' in written ? written.members : [];
}

/** The features of a definition and of its parts, most often none. */
export function allFeaturesOf(definition: Definition): readonly Feature[] {
  const inner = partsOf(definition).flatMap(({ features }) => features ?? []);
  return inner.length === 0 ? definition.features : [...definition.features, ...inner];
}
