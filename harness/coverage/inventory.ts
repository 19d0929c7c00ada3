import type { SchemaFamily, CommandDefinition, Condition, Definition, QapiModel } from '../qapi/model.ts';
import { planArguments, planType, type PlanBuilder } from './build-plans.ts';
import type { Counter } from './counter.ts';
import type { ItemId, ObjectPlan, Plan } from './plan.ts';
import { reachOfArguments, reachOfType } from './reach.ts';

/** Everything of a release's schema that can be seen on the wire, and how it is recognised. */
export interface Inventory {
  readonly release: string;
  readonly family: SchemaFamily;
  /** By number. */
  readonly items: readonly InventoryItem[];
  readonly commands: ReadonlyMap<string, CommandPlan>;
  readonly events: ReadonlyMap<string, EventPlan>;
  readonly errorClasses: ReadonlyMap<string, ItemId>;
  /** The commands and events in which an item may stand; none for one that stands anywhere. */
  readonly topsOf: (item: InventoryItem) => readonly string[];
}

export interface InventoryItem {
  readonly counter: Counter;
  /** Name of the definition that it is part of. */
  readonly owner: string;
  /** `migrate`, `MigrationInfo.ram`, `MigrationStatus active`. */
  readonly name: string;
  /** As `block-core`; see {@link moduleNames}. */
  readonly module: string;
  readonly condition?: Condition;
}

export interface CommandPlan {
  readonly sent: ItemId;
  readonly success: ItemId;
  readonly error: ItemId;
  readonly arguments: ObjectPlan | undefined;
  readonly returns: Plan;
}

export interface EventPlan {
  readonly received: ItemId;
  readonly data: ObjectPlan | undefined;
}

/** The enum of error classes (qmp-spec, "Error"). */
const ERROR_CLASSES = 'QapiErrorClass';

/**
 * Lists what a model lets one see.
 * @param moduleOf the module of a definition, e.g. `block-core`
 */
export function takeInventory(model: QapiModel, moduleOf: (definition: Definition) => string): Inventory {
  const items: InventoryItem[] = [];
  const numbers = new Map<string, ItemId>();
  const note = (counter: Counter, owner: Definition, name: string, condition?: Condition): ItemId => {
    const key = `${counter} ${name}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const item = {
      counter,
      owner: owner.name,
      name,
      module: moduleOf(owner),
      ...(condition && { condition }),
    };
    numbers.set(key, items.length);
    return items.push(item) - 1;
  };
  const builder: PlanBuilder = { model, note, known: new Map() };
  const commands = new Map<string, CommandPlan>();
  const events = new Map<string, EventPlan>();
  for (const definition of model.definitions.values()) {
    if (definition.kind === 'command') commands.set(definition.name, planCommand(builder, definition));
    else if (definition.kind === 'event') {
      const { name, condition } = definition;
      const received = note('event/received', definition, name, condition);
      events.set(name, { received, data: planArguments(builder, definition, definition.arguments, 'data') });
    }
  }
  const { release, family } = model;
  const errorClasses = noteErrorClasses(builder);
  return { release, family, items, commands, events, errorClasses, topsOf: topsIn(model) };
}

function planCommand(builder: PlanBuilder, definition: CommandDefinition): CommandPlan {
  const { name, condition, returns } = definition;
  const note = (counter: Counter): ItemId => builder.note(counter, definition, name, condition);
  return {
    sent: note('command/sent'),
    success: note('command/success'),
    error: note('command/error'),
    arguments: planArguments(builder, definition, definition.arguments, 'argument'),
    returns: returns === undefined ? undefined : planType(builder, returns, 'return'),
  };
}

function noteErrorClasses({ model, note }: PlanBuilder): ReadonlyMap<string, ItemId> {
  const definition = model.definitions.get(ERROR_CLASSES);
  const values = definition?.kind === 'enum' ? definition.values : [];
  return new Map(
    values.flatMap(({ name }) =>
      definition === undefined ? [] : [[name, note('error-class/received', definition, name)] as const],
    ),
  );
}

type Way = 'sent' | 'return' | 'data';

/** Finds the commands and events of items; what stands in what is found out once, when it is first asked for. */
function topsIn(model: QapiModel): Inventory['topsOf'] {
  let known: ReadonlyMap<string, readonly string[]> | undefined;
  return ({ counter, owner }) => {
    known ??= listTops(model);
    const found = known;
    return [...new Set(waysOf(counter).flatMap((way) => found.get(`${way} ${owner}`) ?? []))];
  };
}

/** In what an item of a counter may stand. */
function waysOf(counter: Counter): readonly Way[] {
  switch (counter) {
    case 'command/sent':
    case 'command/success':
    case 'command/error':
    case 'argument/present':
    case 'argument/absent':
    case 'enum-value/sent':
    case 'branch/sent':
    case 'alternative/sent':
      return ['sent'];
    case 'return/present':
    case 'return/absent':
      return ['return'];
    case 'enum-value/received':
    case 'branch/received':
    case 'alternative/received':
      return ['return', 'data'];
    case 'event/received':
    case 'data/present':
    case 'data/absent':
      return ['data'];
    case 'error-class/received':
      return [];
  }
}

function listTops(model: QapiModel): ReadonlyMap<string, readonly string[]> {
  const tops = new Map<string, string[]>();
  const add = (way: Way, owners: ReadonlySet<string>, top: string): void => {
    for (const owner of owners) {
      const key = `${way} ${owner}`;
      const others = tops.get(key);
      if (others === undefined) tops.set(key, [top]);
      else others.push(top);
    }
  };
  for (const definition of model.definitions.values()) {
    const { name } = definition;
    if (definition.kind === 'command') {
      add('sent', reachOfArguments(model, definition, definition.arguments), name);
      add('return', reachOfType(model, definition.returns), name);
    } else if (definition.kind === 'event') {
      add('data', reachOfArguments(model, definition, definition.arguments), name);
    }
  }
  return tops;
}
