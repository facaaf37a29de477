// A comment, a quoted text or name, the end of a statement, or anything else.
const token =
  /(--(?=\s|$)[^\n]*|#[^\n]*|\/\*(?!!)[\s\S]*?\*\/)|('(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`]|``)*`)|(;)|[\s\S]/g;

/**
 * The statements of an SQL script, without its comments. A semicolon inside a text, a name or a comment ends nothing. There is no DELIMITER: bodies
 * of triggers and procedures do not belong into migrations that two engines take.
 */
export function splitStatements(script: string): string[] {
  const statements: string[] = [];
  let current = '';
  for (const [text, comment, , end] of script.matchAll(token)) {
    if (comment !== undefined) current += ' ';
    else if (end === undefined) current += text;
    else {
      statements.push(current);
      current = '';
    }
  }
  return [...statements, current].map((statement) => statement.trim()).filter((statement) => statement !== '');
}
