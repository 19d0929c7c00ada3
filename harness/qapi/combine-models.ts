import {
  combineDefinition,
  namedType,
  presentArguments,
  presentMember,
  type Combining,
} from './combine/combine-definition.ts';
import { matchModels, type ModelConflict } from './combine/match-models.ts';
import type { Definition, QapiModel } from './model.ts';

export type { ModelConflict } from './combine/match-models.ts';

/** Two models made one, and the places where they contradict each other. */
export interface CombinedModel {
  readonly model: QapiModel;
  readonly conflicts: readonly ModelConflict[];
}

/**
 * What of the documents stays that the model of presence does not have: nothing (`present`: one build), or all of it
 * (`all`: the release, whatever a build has off).
 */
export interface CombineOptions {
  readonly keep: 'present' | 'all';
}

/**
 * Combines what a build says it has (introspection) with what documents say of it (QAPI source, manual page).
 *
 * Commands and events are matched by name, types by the places at which they are used. From the documents come names of
 * types, integer widths, bases, conditions, `since`, the order of members, and flags of commands where they are QAPI
 * source; from the model of presence what exists, whether members are optional, features and `allow-oob`. A type that
 * is used under two names keeps both, each at its places; a member that only the model of presence has gets the first
 * of the names of its type, or the masked one. Where the two contradict each other, the model of presence wins, and the
 * conflict is told.
 *
 * The first of the model's sources is that of presence. Where `origin` says nothing, it said all; what only documents
 * know has `origin.presence`.
 */
export function combineModels(
  presence: QapiModel,
  documents: QapiModel,
  options: CombineOptions,
): CombinedModel {
  const matching = matchModels(presence, documents);
  const combining: Combining = { matching, keepAll: options.keep === 'all', wanted: new Set() };
  const definitions = new Map<string, Definition>();
  for (const document of documents.definitions.values()) {
    const rival = presence.definitions.get(document.name);
    const contested = rival !== undefined && isRoot(rival) && rival.kind !== document.kind;
    const combined = contested ? presentDefinition(combining, rival) : combineDefinition(combining, document);
    if (combined !== undefined) definitions.set(combined.name, combined);
  }
  for (const present of presence.definitions.values()) {
    if (isRoot(present) && !documents.definitions.has(present.name))
      definitions.set(present.name, presentDefinition(combining, present));
  }
  // A set's iteration goes on to what is added meanwhile.
  for (const name of combining.wanted) {
    const present = presence.definitions.get(name);
    if (present !== undefined) definitions.set(name, presentDefinition(combining, present));
  }
  const sources = [...new Set([...presence.sources, ...documents.sources])];
  const { family } = documents;
  return {
    model: { sources, family, release: presence.release, definitions },
    conflicts: [...matching.conflicts.values()],
  };
}

function isRoot({ kind }: Definition): boolean {
  return kind === 'command' || kind === 'event';
}

/** A definition as the model of presence has it, with the names that its types got. */
function presentDefinition(combining: Combining, present: Definition): Definition {
  switch (present.kind) {
    case 'enum':
      return present;
    case 'alternate':
      return {
        ...present,
        alternatives: present.alternatives.map((alternative) => ({
          ...alternative,
          type: namedType(combining, alternative.type),
        })),
      };
    case 'struct':
      return { ...present, members: present.members.map((member) => presentMember(combining, member)) };
    case 'union':
      return {
        ...present,
        base:
          typeof present.base === 'string'
            ? present.base
            : present.base.map((member) => presentMember(combining, member)),
        branches: present.branches.map((branch) => ({
          ...branch,
          type: branch.type && namedType(combining, branch.type),
        })),
      };
    case 'event':
      return { ...present, arguments: presentArguments(combining, present.arguments) };
    case 'command':
      return {
        ...present,
        arguments: presentArguments(combining, present.arguments),
        returns: present.returns && namedType(combining, present.returns),
      };
  }
}
