import { isJsonArray, isJsonObject, stringAt, type JsonObject, type JsonValue } from '../json/value.ts';
import type { Answer } from './answer.ts';

/** Asks a target; each answer belongs to the arguments at the same place. `isSource`: other requests are made of them. */
export type Ask = (
  command: string,
  requests: readonly (JsonObject | undefined)[],
  isSource?: boolean,
) => Promise<readonly Answer[]>;

/** A type of the object model, as qom-list-types says it. */
export interface ObjectType {
  readonly name: string;
  readonly abstract: boolean;
}

/** A property of an object, as qom-list says it. */
export interface ObjectProperty {
  readonly path: string;
  readonly name: string;
  readonly type: string;
}

/** The tree is finite, and a target that says otherwise is not followed for ever. */
const MAX_OBJECTS = 20_000;
const MAX_DEPTH = 64;
/** A virtio-serial device alone has 64 queues, all alike. */
const MAX_QUEUES = 8;

/**
 * What a target has told about itself, and from which the arguments of other queries are made. What an answer does not
 * have, because the target refused or died, is an empty list here: the row of that query says so.
 */
export class TargetAnswers {
  private tree: Promise<readonly ObjectProperty[]> | undefined;

  constructor(private readonly ask: Ask) {}

  /** All types of objects, abstract ones among them. */
  async types(): Promise<readonly ObjectType[]> {
    // Interfaces are types, and not of objects.
    const types = await this.elements('qom-list-types', { implements: 'object', abstract: true });
    return types.map((type) => ({ name: stringAt(type, 'name'), abstract: type['abstract'] === true }));
  }

  async abstractTypes(): Promise<readonly string[]> {
    return (await this.types()).filter(({ abstract }) => abstract).map(({ name }) => name);
  }

  /** Types of devices that can be instantiated. */
  async deviceTypes(): Promise<readonly string[]> {
    return namesOf(await this.elements('qom-list-types', { implements: 'device', abstract: false }), 'name');
  }

  /** Paths of all objects of the tree. */
  async paths(): Promise<readonly string[]> {
    const children = (await this.properties()).filter(isChild);
    return ['/', ...new Set(children.map(({ path, name }) => childPath(path, name)))];
  }

  /** All properties of all objects. */
  properties(): Promise<readonly ObjectProperty[]> {
    return (this.tree ??= this.walk());
  }

  async cpuModels(): Promise<readonly string[]> {
    return [...new Set(await this.namesIn('query-cpu-definitions', 'name'))];
  }

  options(): Promise<readonly string[]> {
    return this.namesIn('query-command-line-options', 'option');
  }

  /** Names of rocker switches. */
  async rockers(): Promise<readonly string[]> {
    const rockers = (await this.properties()).filter(({ type }) => type === 'child<rocker>');
    const requests = rockers.map(({ path, name }) => ({ path: childPath(path, name), property: 'name' }));
    const answers = await this.ask('qom-get', requests);
    return answers.map(returnOf).filter((name) => typeof name === 'string');
  }

  /** Each device of x-query-virtio with the numbers of its queues. */
  async virtioQueues(): Promise<readonly JsonObject[]> {
    const paths = await this.namesIn('x-query-virtio', 'path');
    const answers = await this.ask(
      'x-query-virtio-status',
      paths.map((path) => ({ path })),
    );
    return paths.flatMap((path, at) => {
      const status = returnOf(answers[at]);
      const count = isJsonObject(status) ? Number(status['num-vqs'] ?? 0) : 1;
      return Array.from({ length: Math.min(count, MAX_QUEUES) }, (_, queue) => ({ path, queue }));
    });
  }

  /** Each dirty bitmap, with the node that it is on. */
  async bitmaps(): Promise<readonly JsonObject[]> {
    const nodes = await this.elements('query-named-block-nodes');
    return nodes.flatMap((node) =>
      namesOf(objectsIn(node['dirty-bitmaps']), 'name').map((name) => ({
        node: stringAt(node, 'node-name'),
        name,
      })),
    );
  }

  /** Names of the trace events that are on; QEMU looks through all its thousands of events for each. */
  async traceEvents(): Promise<readonly string[]> {
    const events = await this.elements('trace-event-get-state', { name: '*' });
    return namesOf(
      events.filter(({ state }) => state === 'enabled'),
      'name',
    );
  }

  /**
   * Each `info …` of the human monitor: alone, with each flag that its help shows (`[-a]`), and with what its help
   * names and other queries know.
   */
  async infoCommands(): Promise<readonly string[]> {
    const [answer] = await this.ask('human-monitor-command', [{ 'command-line': 'help info' }], true);
    const text = returnOf(answer);
    if (typeof text !== 'string') return [];
    const lines = text.matchAll(/^info (\S+)(.*?) -- /gm);
    const commands = await Promise.all(
      Array.from(lines, ([, name = '', words = '']) => this.infoWith(name, words)),
    );
    return [...new Set(commands.flat())];
  }

  private async infoWith(name: string, words: string): Promise<readonly string[]> {
    const flags = Array.from(words.matchAll(/-(\w)\b/g), ([flag]) => flag);
    const queue = words.includes('queue') ? ' 0' : '';
    const paths = words.includes(' path') ? await this.namesIn('x-query-virtio', 'path') : [];
    const rockers = name.startsWith('rocker') ? await this.rockers() : [];
    const devices = words.includes('[device]') ? await this.namesIn('query-block', 'device') : [];
    const given = [...flags, ...paths.map((path) => path + queue), ...rockers, ...devices];
    return [`info ${name}`, ...given.map((argument) => `info ${name} ${argument}`)];
  }

  /** The strings of this member in the elements that a query returns. */
  async namesIn(command: string, member: string): Promise<readonly string[]> {
    return namesOf(await this.elements(command), member);
  }

  /** The values of this member in the elements that a query returns. */
  async valuesIn(command: string, member: string): Promise<readonly JsonValue[]> {
    return (await this.elements(command)).flatMap((element) => element[member] ?? []);
  }

  private async elements(command: string, args?: JsonObject): Promise<readonly JsonObject[]> {
    const [answer] = await this.ask(command, [args], true);
    return objectsIn(returnOf(answer));
  }

  /** Level by level, so that all objects of a level are asked for together. */
  private async walk(): Promise<readonly ObjectProperty[]> {
    const found: ObjectProperty[] = [];
    const seen = new Set(['/']);
    let level = ['/'];
    for (let depth = 0; level.length > 0 && depth < MAX_DEPTH; depth++) {
      const answers = await this.ask(
        'qom-list',
        level.map((path) => ({ path })),
      );
      const properties = answers.flatMap((answer, at) =>
        objectsIn(returnOf(answer)).map((one) => ({
          path: level[at] ?? '',
          name: stringAt(one, 'name'),
          type: stringAt(one, 'type'),
        })),
      );
      found.push(...properties);
      const children = properties.filter(isChild).map(({ path, name }) => childPath(path, name));
      level = [...new Set(children)].filter((path) => !seen.has(path)).slice(0, MAX_OBJECTS - seen.size);
      for (const path of level) seen.add(path);
    }
    return found;
  }
}

/** What a success response returns; `undefined` for every other answer. */
export function returnOf(answer: Answer | undefined): JsonValue | undefined {
  if (answer?.kind !== 'response' || !isJsonObject(answer.value)) return undefined;
  return answer.value['return'];
}

function isChild({ type }: ObjectProperty): boolean {
  return type.startsWith('child<');
}

function childPath(path: string, name: string): string {
  return path === '/' ? `/${name}` : `${path}/${name}`;
}

function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter((element) => isJsonObject(element)) : [];
}

function namesOf(elements: readonly JsonObject[], member: string): readonly string[] {
  return elements.map((element) => stringAt(element, member)).filter((name) => name !== '');
}
