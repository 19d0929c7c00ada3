import { InputError } from '../errors.ts';
import type {
  CommandDefinition,
  Condition,
  Definition,
  EnumDefinition,
  EventDefinition,
  Feature,
  Member,
  Origin,
  QapiModel,
  TypeRef,
  UnionDefinition,
} from '../qapi/model.ts';
import type { BranchPlace, Direction, Shape, WireItem } from './wire-item.ts';
import { factsOfType, namesOf, type TypeFacts, type TypesKnown } from './wire-type.ts';

/** More than this no schema has; types that hold each other in every order would have them without end. */
const MAX_ITEMS = 1_000_000;

/** Items as they are found. */
export interface Walk extends TypesKnown {
  readonly items: Map<string, WireItem>;
  readonly enteredAt: Map<string, string>;
  /** Features of the types of branches, by the place of the discriminator and the value that decides the branch. */
  readonly branchFeatures: Map<string, ReadonlyMap<string, readonly string[]>>;
  /** Present: types are not entered where they stand; this keeps what is to be entered at which place. */
  readonly closed: Map<string, Closed[]> | undefined;
  /** How many items were written down. */
  size: number;
}

/** Nothing written down yet. */
export function startWalk(model: QapiModel, closed?: Map<string, Closed[]>): Walk {
  return {
    model,
    items: new Map(),
    enteredAt: new Map(),
    types: new Map(),
    branchFeatures: new Map(),
    closed,
    size: 0,
  };
}

/** A type that was not entered yet, and where. */
export interface Closed {
  readonly definition: Definition;
  readonly place: Place;
}

/** A shape that is being noted. */
export interface OpenShape extends Shape {
  readonly members: Map<string, WireItem>;
  readonly values: Map<string, WireItem>;
  readonly branches: BranchPlace[];
}

/** Where the walk stands. */
interface Place {
  readonly path: string;
  readonly direction: Direction;
  readonly conditions: readonly Condition[];
  /** The type that was entered last, and those above it. */
  readonly open: Entered | undefined;
  /** Present: what to note for this place. */
  readonly shape: OpenShape | undefined;
}

/** A type that the walk is inside of, and the path at which it was entered. */
interface Entered {
  readonly type: string;
  readonly path: string;
  readonly above: Entered | undefined;
}

interface Described {
  readonly name: string;
  readonly condition?: Condition;
  readonly features: readonly Feature[];
  readonly origin?: Origin;
}

/**
 * Writes down commands, events and bodies, and what is inside of types unless the walk keeps them closed.
 * @throws {InputError} when that is more than {@link MAX_ITEMS}.
 */
export function addTops(walk: Walk): void {
  for (const definition of walk.model.definitions.values()) {
    if (definition.kind === 'command') addCommand(walk, definition);
    else if (definition.kind === 'event') addEvent(walk, definition);
  }
}

function addCommand(walk: Walk, command: CommandDefinition): void {
  const flags = [
    ...(command.allowOob ? ['oob'] : []),
    ...(command.allowPreconfig ? ['preconfig'] : []),
    ...(command.gen ? [] : ['unchecked-arguments']),
    ...(command.successResponse ? [] : ['no-success-response']),
    ...(command.replyUnknown === true ? ['reply-unknown'] : []),
  ];
  const place = addTop(walk, command, 'sent', flags);
  addArguments(walk, command, { ...place, path: `${command.name}/arguments` });
  if (command.returns === undefined) return;
  const returned: Place = { ...place, path: `${command.name}/returns`, direction: 'received' };
  addBody(walk, command, returned, command.returns);
  addType(walk, command.returns, returned);
}

function addEvent(walk: Walk, event: EventDefinition): void {
  const place = addTop(walk, event, 'received', NONE);
  addArguments(walk, event, { ...place, path: `${event.name}/data` });
}

function addTop(
  walk: Walk,
  definition: CommandDefinition | EventDefinition,
  direction: Direction,
  flags: readonly string[],
): Place {
  const { name } = definition;
  const place: Place = { path: name, direction, conditions: [], open: undefined, shape: undefined };
  const item = itemAt(name, place, definition.kind, definition, name, {});
  addItem(walk, { ...item, flags });
  return { ...place, conditions: item.conditions };
}

/** Every item has the same fields in the same order: the engine then treats all of them alike, which is much faster. */
function itemAt(
  path: string,
  { direction, conditions }: Place,
  kind: WireItem['kind'],
  thing: Described,
  definition: string,
  { type, typeFeatures }: Partial<TypeFacts>,
  optional = false,
): WireItem {
  const { name, condition, features, origin } = thing;
  return {
    path,
    kind,
    direction,
    type,
    optional,
    features: namesOf(features),
    typeFeatures,
    typeFrom: origin?.type,
    flags: NONE,
    conditions: condition === undefined ? conditions : [...conditions, condition],
    definition,
    name,
  };
}

const NONE: readonly string[] = [];

function addBody(walk: Walk, definition: Definition, place: Place, type: TypeRef | undefined): void {
  const { origin } = definition;
  const name = place.path.slice(definition.name.length + 1);
  const facts = type ? factsOfType(walk, type) : { type: 'object' };
  const body: Described = { name, features: [], ...(origin && { origin }) };
  addItem(walk, itemAt(place.path, place, 'body', body, definition.name, facts));
}

function addArguments(walk: Walk, definition: CommandDefinition | EventDefinition, place: Place): void {
  const written = definition.arguments;
  if (written === undefined) return;
  if ('type' in written) {
    addBody(walk, definition, place, { name: written.type });
    addType(walk, { name: written.type }, place);
    return;
  }
  addBody(walk, definition, place, undefined);
  if (walk.closed === undefined) addMembers(walk, definition.name, written.members, place);
  else close(walk.closed, definition, place);
}

/** Notes an item by its path, or where all is noted place by place, in the shape of its place. */
function addItem(walk: Walk, item: WireItem, shape?: Map<string, WireItem>): void {
  if (walk.size++ >= MAX_ITEMS) {
    throw new InputError(
      `${item.definition}: types inside types in more than ${MAX_ITEMS} ways; expected a schema`,
    );
  }
  if (shape === undefined) walk.items.set(item.path, item);
  else shape.set(item.name, item);
}

function addMembers(walk: Walk, definition: string, members: readonly Member[], place: Place): void {
  const { direction, open, shape } = place;
  for (const member of members) {
    const path = `${place.path}/${member.name}`;
    const facts = factsOfType(walk, member.type);
    const item = itemAt(path, place, 'member', member, definition, facts, member.optional);
    addItem(walk, item, shape?.members);
    if (!facts.hasInside) continue;
    addType(walk, member.type, { path, direction, conditions: item.conditions, open, shape: undefined });
  }
}

/** What follows below a place whose type is `type`. */
function addType(walk: Walk, type: TypeRef, place: Place): void {
  if ('array' in type) {
    addType(walk, type.array, { ...place, path: `${place.path}[]` });
    return;
  }
  const definition = walk.model.definitions.get(type.name);
  if (definition === undefined) return;
  const inside = enterType(walk, definition, place);
  if (inside === undefined) return;
  // What an alternate has stands where the alternate does: as other types, and as elements of arrays.
  if (walk.closed === undefined || definition.kind === 'alternate') addDefinition(walk, definition, inside);
  else close(walk.closed, definition, inside);
}

/** The same place, inside the type; `undefined` where it comes again inside itself. */
function enterType(walk: Walk, { name }: Definition, place: Place): Place | undefined {
  const entered = findEntered(place.open, name);
  if (entered === undefined) return { ...place, open: { type: name, path: place.path, above: place.open } };
  walk.enteredAt.set(place.path, entered.path);
  return undefined;
}

function findEntered(open: Entered | undefined, type: string): Entered | undefined {
  let entered = open;
  while (entered !== undefined && entered.type !== type) entered = entered.above;
  return entered;
}

function close(closed: Map<string, Closed[]>, definition: Definition, place: Place): void {
  const there = closed.get(place.path);
  if (there === undefined) closed.set(place.path, [{ definition, place }]);
  else there.push({ definition, place });
}

/** Writes down what stands at a place because a definition says so. */
export function addDefinition(walk: Walk, definition: Definition, place: Place): void {
  switch (definition.kind) {
    case 'enum':
      addValues(walk, definition, place);
      return;
    case 'struct':
      if (definition.base !== undefined) addBase(walk, definition.base, place);
      addMembers(walk, definition.name, definition.members, place);
      return;
    case 'union':
      addUnion(walk, definition, place);
      return;
    case 'alternate':
      for (const { type } of definition.alternatives) addType(walk, type, place);
      return;
    case 'command':
    case 'event':
      if (definition.arguments && 'members' in definition.arguments)
        addMembers(walk, definition.name, definition.arguments.members, place);
      return;
  }
}

/** The members of a base stand where the type does. */
function addBase(walk: Walk, name: string, place: Place): void {
  const base = walk.model.definitions.get(name);
  const inside = base && enterType(walk, base, place);
  if (base !== undefined && inside !== undefined) addDefinition(walk, base, inside);
}

function addValues(walk: Walk, { name: definition, values }: EnumDefinition, place: Place): void {
  const { shape } = place;
  const decided = walk.branchFeatures.get(place.path);
  for (const value of values) {
    const path = `${place.path}=${value.name}`;
    const facts = { typeFeatures: decided?.get(value.name) };
    addItem(walk, itemAt(path, place, 'value', value, definition, facts), shape?.values);
  }
}

function addUnion(walk: Walk, union: UnionDefinition, place: Place): void {
  const { base, discriminator, branches } = union;
  const { direction, open, shape } = place;
  const decides = `${place.path}/${discriminator}`;
  const features = branches.flatMap(({ name, type }) => {
    const found = type && factsOfType(walk, type).typeFeatures;
    return found === undefined ? [] : [[name, found] as const];
  });
  if (features.length > 0) walk.branchFeatures.set(decides, new Map(features));
  if (typeof base === 'string') addBase(walk, base, place);
  else addMembers(walk, union.name, base, place);
  for (const { name, type, condition } of branches) {
    if (type === undefined) continue;
    const conditions = condition === undefined ? place.conditions : [...place.conditions, condition];
    shape?.branches.push({ discriminator, value: name });
    addType(walk, type, { path: `${decides}=${name}`, direction, conditions, open, shape: undefined });
  }
}
