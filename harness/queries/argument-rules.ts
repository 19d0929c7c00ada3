import type { JsonObject, JsonValue } from '../json/value.ts';
import type { TargetAnswers } from './target-answers.ts';

/** Where the arguments of a query come from: what the target itself has answered to other queries. */
export interface ArgumentRule {
  readonly command: string;
  /** The arguments that it gives together, each with its QAPI type. */
  readonly arguments: Readonly<Record<string, string>>;
  /** The source in words, for a table. */
  readonly from: string;
  /** Each has the arguments of the rule. */
  readonly values: (answers: TargetAnswers) => Promise<readonly JsonObject[]>;
  /** Why the target may refuse what it has named itself; without it a refusal is a finding. */
  readonly refusal?: string;
  /**
   * The target makes an object for each request, and drops it: what such an object leaves behind must be no other
   * row's fault.
   */
  readonly makesObjects?: true;
}

const NO_MODELS = 'not every architecture and accelerator can';

/**
 * The rules. Arguments that are booleans or enums need none: each of their values is tried. What is mandatory and has
 * no rule keeps its command out of the query surface.
 */
export const ARGUMENT_RULES: readonly ArgumentRule[] = [
  {
    command: 'device-list-properties',
    arguments: { typename: 'str' },
    from: 'each type of qom-list-types that implements device and is not abstract',
    values: async (answers) => named('typename', await answers.deviceTypes()),
    makesObjects: true,
  },
  {
    command: 'qom-list-properties',
    arguments: { typename: 'str' },
    from: 'each type of qom-list-types that implements object, abstract ones among them',
    values: async (answers) =>
      named(
        'typename',
        (await answers.types()).map(({ name }) => name),
      ),
    makesObjects: true,
  },
  {
    command: 'qom-list-types',
    arguments: { implements: 'str' },
    from: 'each abstract type of qom-list-types that implements object',
    values: async (answers) => named('implements', await answers.abstractTypes()),
  },
  {
    command: 'qom-list',
    arguments: { path: 'str' },
    from: 'each object of the tree, by qom-list from / on',
    values: async (answers) => named('path', await answers.paths()),
  },
  {
    command: 'qom-get',
    arguments: { path: 'str', property: 'str' },
    from: 'each property that qom-list shows of each object',
    values: async (answers) =>
      (await answers.properties()).map(({ path, name }) => ({ path, property: name })),
    refusal: 'the getter of a property may fail, and some have none',
  },
  {
    command: 'qom-list-get',
    arguments: { paths: '[str]' },
    from: 'each object of the tree',
    values: async (answers) => (await answers.paths()).map((path) => ({ paths: [path] })),
  },
  {
    command: 'query-cpu-model-expansion',
    arguments: { model: 'CpuModelInfo' },
    from: 'each model of query-cpu-definitions',
    values: async (answers) => (await answers.cpuModels()).map((name) => ({ model: { name } })),
    refusal: NO_MODELS,
    makesObjects: true,
  },
  ...['query-cpu-model-baseline', 'query-cpu-model-comparison'].map((command): ArgumentRule => ({
    command,
    arguments: { modela: 'CpuModelInfo', modelb: 'CpuModelInfo' },
    from: 'each model of query-cpu-definitions, with the one before it',
    values: async (answers) => pairs(await answers.cpuModels()),
    refusal: NO_MODELS,
    makesObjects: true,
  })),
  {
    command: 'query-command-line-options',
    arguments: { option: 'str' },
    from: 'each option of query-command-line-options',
    values: async (answers) => named('option', await answers.options()),
  },
  {
    command: 'query-rx-filter',
    arguments: { name: 'str' },
    from: 'each name of query-rx-filter',
    values: async (answers) => named('name', await answers.namesIn('query-rx-filter', 'name')),
  },
  ...['query-rocker', 'query-rocker-ports', 'query-rocker-of-dpa-flows', 'query-rocker-of-dpa-groups'].map(
    (command): ArgumentRule => ({
      command,
      arguments: { name: 'str' },
      from: 'the property name of each object of type rocker',
      values: async (answers) => named('name', await answers.rockers()),
    }),
  ),
  {
    command: 'query-stats',
    arguments: { providers: '[StatsRequest]' },
    from: 'each provider of query-stats-schemas',
    values: async (answers) =>
      (await answers.namesIn('query-stats-schemas', 'provider')).map((provider) => ({
        providers: [{ provider }],
      })),
  },
  {
    command: 'x-query-virtio-status',
    arguments: { path: 'str' },
    from: 'each path of x-query-virtio',
    values: async (answers) => named('path', await answers.namesIn('x-query-virtio', 'path')),
  },
  ...['x-query-virtio-queue-status', 'x-query-virtio-queue-element', 'x-query-virtio-vhost-queue-status'].map(
    (command): ArgumentRule => ({
      command,
      arguments: { path: 'str', queue: 'uint16' },
      from: 'each path of x-query-virtio, with its queues as counted by x-query-virtio-status, the first eight',
      values: (answers) => answers.virtioQueues(),
      refusal: 'a queue may be unused, empty, or without vhost',
    }),
  ),
  {
    command: 'x-debug-block-dirty-bitmap-sha256',
    arguments: { node: 'str', name: 'str' },
    from: 'each bitmap of each node of query-named-block-nodes',
    values: (answers) => answers.bitmaps(),
  },
  {
    command: 'trace-event-get-state',
    arguments: { name: 'str' },
    from: 'all of them (*), then each event that is enabled',
    values: async (answers) => named('name', ['*', ...(await answers.traceEvents())]),
  },
  ...Object.entries({ 'trace-event-get-state': 'vcpu', 'human-monitor-command': 'cpu-index' }).map(
    ([command, argument]): ArgumentRule => ({
      command,
      arguments: { [argument]: 'int' },
      from: 'each index of query-cpus-fast',
      values: async (answers) => named(argument, await answers.valuesIn('query-cpus-fast', 'cpu-index')),
      refusal: 'not every event is of a processor',
    }),
  ),
  {
    command: 'human-monitor-command',
    arguments: { 'command-line': 'str' },
    from: "each 'info …' of the monitor's own 'help info', with its flags, devices of x-query-virtio and query-block, rockers",
    values: async (answers) => named('command-line', await answers.infoCommands()),
    refusal: 'not every machine can tell everything',
  },
];

function named(name: string, values: readonly JsonValue[]): readonly JsonObject[] {
  return values.map((value) => ({ [name]: value }));
}

function pairs(models: readonly string[]): readonly JsonObject[] {
  return models.map((name, index) => ({
    modela: { name: models[Math.max(0, index - 1)] ?? name },
    modelb: { name },
  }));
}
