import type { JsonObject } from '../json/value.ts';
import type { QueryRequest } from './answer.ts';
import type { ArgumentSource, QueryCommand } from './surface.ts';
import type { TargetAnswers } from './target-answers.ts';

/** More than any machine has properties; a target that names more is not asked for all of them. */
const MAX_REQUESTS = 50_000;
/** Optional arguments are tried with every choice of the mandatory ones, unless these are many. */
const MANY_CHOICES = 64;

/**
 * The requests of a command: each choice of its mandatory arguments, without optional ones; then each value of each
 * optional one, one at a time.
 */
export async function expandRequests(
  command: QueryCommand,
  answers: TargetAnswers,
): Promise<readonly QueryRequest[]> {
  let chosen: readonly QueryRequest[] = [
    { arguments: undefined, mayBeRefused: command.mandatory.length === 0 },
  ];
  for (const source of command.mandatory) chosen = combine(chosen, await choicesOf(source, answers));
  const bases = chosen.length > MANY_CHOICES ? chosen.slice(0, 1) : chosen;
  const requests = [...chosen];
  for (const source of command.optional) requests.push(...combine(bases, await choicesOf(source, answers)));
  return requests.slice(0, MAX_REQUESTS);
}

interface Choice {
  readonly arguments: JsonObject;
  readonly mayBeRefused: boolean;
}

async function choicesOf(source: ArgumentSource, answers: TargetAnswers): Promise<readonly Choice[]> {
  switch (source.kind) {
    case 'values':
      return source.values.map((value) => ({ arguments: { [source.argument]: value }, mayBeRefused: true }));
    case 'rule': {
      const mayBeRefused = source.rule.refusal !== undefined;
      return (await source.rule.values(answers)).map((values) => ({ arguments: values, mayBeRefused }));
    }
  }
}

/** Whatever of a request may be refused makes all of it so. */
function combine(bases: readonly QueryRequest[], choices: readonly Choice[]): readonly QueryRequest[] {
  return bases.flatMap((base) =>
    choices.map((choice) => ({
      arguments: { ...base.arguments, ...choice.arguments },
      mayBeRefused: choice.mayBeRefused || (base.arguments !== undefined && base.mayBeRefused),
    })),
  );
}
