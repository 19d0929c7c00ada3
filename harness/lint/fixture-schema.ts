import type { ExampleBlock } from '../examples/example-block.ts';
import { schemaFromModel } from '../json-schema/schema-from-model.ts';
import { makeTree } from '../qapi/language/fixture-tree.ts';
import { readTree } from '../qapi/read-tree.ts';
import { openLintSchema, type LintSchema } from './lint-schema.ts';

/** A schema with one of each kind of thing that examples can get wrong. */
const QAPI = `
{ 'enum': 'Mood', 'data': [ 'good', 'not-so-bad' ] }
{ 'struct': 'Dog', 'data': { 'name': 'str', 'age': 'uint8', '*mood': 'Mood', '*good-boy': 'bool' } }
{ 'struct': 'Kennel', 'data': { 'dogs': [ 'Dog' ], '*keeper': 'str' } }
{ 'struct': 'Walk', 'data': { 'length': 'int' } }
{ 'union': 'Order', 'base': { 'kind': 'OrderKind' }, 'discriminator': 'kind', 'data': { 'walk': 'Walk' } }
{ 'enum': 'OrderKind', 'data': [ 'walk', 'sit' ] }
{ 'command': 'sit', 'data': { 'dog': 'str', '*seconds': 'int' } }
{ 'command': 'query-dogs', 'returns': [ 'Dog' ], 'allow-oob': true }
{ 'command': 'query-dog', 'data': { 'name': 'str' }, 'returns': 'Dog' }
{ 'command': 'order', 'data': 'Order', 'boxed': true }
{ 'command': 'nap' }
{ 'command': 'vanish', 'success-response': false }
{ 'event': 'BARK', 'data': { 'dog': 'Dog' } }
{ 'event': 'NIGHT' }
`;

/** Opens the schema of the tests. */
export function openFixtureSchema(): LintSchema {
  using tree = makeTree({ 'qapi/qapi-schema.json': QAPI, VERSION: '10.2.0\n' });
  return openLintSchema(schemaFromModel(readTree(tree.folder, { family: 'qmp' })));
}

/** Line of the first line of {@link blockOf}. */
export const FIRST_LINE = 11;

/** An example in the documentation of `definition`. */
export function blockOf(definition: string, text: string): ExampleBlock {
  const lines = text.split('\n').map((one, at) => ({ line: FIRST_LINE + at, text: one }));
  return { document: 'qapi/dogs.json', definition, line: FIRST_LINE, section: FIRST_LINE, lines };
}
