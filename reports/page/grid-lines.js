/** Heights in pixels, as in page.css. */
export const ROW_HEIGHT = 25;
export const MODULE_HEIGHT = 38;

/**
 * The lines of the grid, top to bottom: the head of each module that has a wanted row, and, unless it is folded, these
 * rows.
 * @param wanted for each row whether it is shown
 */
export function layLines(data, wanted, folded) {
  const byModule = new Map(data.modules.map(({ module }) => [module, []]));
  data.rows.forEach(({ module }, row) => {
    if (wanted[row]) byModule.get(module).push(row);
  });
  const lines = [];
  const tops = [];
  let height = 0;
  const put = (line, lineHeight) => {
    lines.push(line);
    tops.push(height);
    height += lineHeight;
  };
  data.modules.forEach((module, index) => {
    const rows = byModule.get(module.module);
    if (rows.length === 0) return;
    const head = lines.length;
    put({ kind: 'module', module: index, head }, MODULE_HEIGHT);
    if (!folded.has(index)) for (const row of rows) put({ kind: 'row', row, head }, ROW_HEIGHT);
  });
  return { lines, tops, height };
}

/** The last line that begins at or above `y`. */
export function lineAt(tops, y) {
  let [low, high] = [0, tops.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (tops[middle] <= y) low = middle;
    else high = middle - 1;
  }
  return Math.max(low, 0);
}
