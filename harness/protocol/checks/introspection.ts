import { isJsonArray, type JsonValue } from '../../json/value.ts';
import { membersOf, QMP_SERVERS, type Check, type Seen } from '../check.ts';
import { isFairName } from '../judge-message.ts';
import { send, success } from '../steps.ts';
import { check } from './rows.ts';

/** Everything in an introspection that has a name which is shown: commands, events, members, enum values. */
function namedThings(
  value: JsonValue,
): readonly { readonly name: string; readonly unstable: boolean; readonly path: string }[] {
  const infos = isJsonArray(value) ? value : [];
  return infos.flatMap((info) => {
    const { name, members, values, 'meta-type': kind } = membersOf(info);
    const inner = [members, kind === 'enum' && members === undefined ? values : undefined].flatMap((list) =>
      isJsonArray(list) ? list : [],
    );
    const top = kind === 'command' || kind === 'event' ? [info] : [];
    return [...top, ...inner].flatMap((thing) => {
      const own = typeof thing === 'string' ? thing : membersOf(thing)['name'];
      const features = membersOf(thing)['features'];
      const unstable = isJsonArray(features) && features.includes('unstable');
      return typeof own === 'string'
        ? [{ name: own, unstable, path: thing === info ? own : `${JSON.stringify(name)}.${own}` }]
        : [];
    });
  });
}

/** The feature came with 6.2. */
function hasUnstable({ greeting }: Seen): boolean {
  const { major, minor } = membersOf(membersOf(membersOf(greeting)['version'])['qemu']);
  return typeof major === 'number' && typeof minor === 'number' && (major > 6 || (major === 6 && minor >= 2));
}

/** R32, R34: names, as `query-qmp-schema` shows them. */
export const INTROSPECTION: readonly Check[] = [
  check({
    id: 'experimental-names',
    demand: 'R32',
    title: 'a command or an event whose name begins with x- has the feature unstable',
    on: QMP_SERVERS,
    needs: ['introspection'],
    steps: [
      send('{"execute": "query-qmp-schema"}'),
      success(undefined, {
        expected: 'the feature unstable',
        complain: (value, seen) => wrongNames(value, seen, ({ name, path }) => name === path),
      }),
    ],
  }),
  check({
    id: 'experimental-members',
    demand: 'R32',
    level: 'should',
    title: 'a member whose name begins with x- has the feature unstable',
    on: QMP_SERVERS,
    needs: ['introspection'],
    steps: [
      send('{"execute": "query-qmp-schema"}'),
      success(undefined, {
        expected: 'the feature unstable',
        complain: (value, seen) => wrongNames(value, seen, ({ name, path }) => name !== path),
      }),
    ],
  }),
  check({
    id: 'downstream-names',
    demand: 'R34',
    level: 'should',
    title: 'a name that begins with __ goes on with a reversed domain and _',
    on: QMP_SERVERS,
    needs: ['introspection'],
    steps: [
      send('{"execute": "query-qmp-schema"}'),
      success(undefined, {
        expected: 'names __RFQDN_…',
        complain: (value) => listed(namedThings(value).filter(({ name }) => !isFairName(name))),
      }),
    ],
  }),
];

type Named = ReturnType<typeof namedThings>[number];

function wrongNames(value: JsonValue, seen: Seen, isMeant: (thing: Named) => boolean): string | undefined {
  if (!hasUnstable(seen)) return undefined;
  return listed(
    namedThings(value).filter((thing) => thing.name.startsWith('x-') && !thing.unstable && isMeant(thing)),
  );
}

function listed(things: readonly Named[]): string | undefined {
  return things.length === 0 ? undefined : [...new Set(things.map(({ name }) => name))].join(', ');
}
