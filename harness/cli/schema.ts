import type { Command } from 'commander';
import { addBuild } from './schema/build.ts';
import { addDiff } from './schema/diff.ts';
import { addExplain } from './schema/explain.ts';
import { addHistory } from './schema/history.ts';
import { addIntrospect } from './schema/introspect.ts';
import { addList } from './schema/list.ts';
import { addShow } from './schema/show.ts';

/** Adds `schema`: what QAPI says of each release, and how releases differ. */
export function addSchemaCommand(program: Command): void {
  const schema = program
    .command('schema')
    .description('the QAPI schemas of QEMU releases: as JSON Schema, compared, dated, explained');
  for (const add of [addList, addShow, addDiff, addHistory, addBuild, addIntrospect, addExplain]) add(schema);
}
