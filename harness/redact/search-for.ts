/** Characters of QMP traffic, the commonest last; all others are rarer. */
const COMMON = 'zqxj]k[wf.y_hgbvs{}/upcdml0on,-ra:it "e';

/**
 * Finds a text as `indexOf` does. That looks for the first character, which in a long message stands everywhere; this
 * looks for the rarest one.
 */
export function searchFor(wanted: string): (text: string, from: number) => number {
  const ranks = Array.from(wanted, (char) => COMMON.indexOf(char));
  const ahead = ranks.indexOf(Math.min(...ranks));
  const rare = wanted.slice(ahead);
  return (text, from) => {
    for (let at = text.indexOf(rare, from + ahead); at >= 0; at = text.indexOf(rare, at + 1))
      if (text.startsWith(wanted, at - ahead)) return at - ahead;
    return -1;
  };
}
