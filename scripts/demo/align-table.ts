const GAP = '  '
/** Signs that take two columns of a terminal (Unicode, East Asian Width: wide and full-width), as far as our sentences use them. */
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u

function widthOf(text: string): number {
  return Array.from(text).reduce((width, sign) => width + (WIDE.test(sign) ? 2 : 1), 0)
}

/** Rows of text as lines of a terminal, each column aligned to the right. Every row has as many cells as the first. */
export function alignTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))))
  return rows.map((row) => row.map((cell, column) => `${' '.repeat(widths[column]! - widthOf(cell))}${cell}`).join(GAP))
}
