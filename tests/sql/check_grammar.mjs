// Parses SQL files by a grammar of Trino, the dialect of Athena.
//
//   node check_grammar.cjs FILE...
//
// The grammar is that of dt-sql-parser. Its modules are written for bundlers, so this is bundled first.
import fs from 'node:fs';

import { TrinoSQL } from 'dt-sql-parser';

const trino = new TrinoSQL();
const files = process.argv.slice(2);
let errors = 0;
for (const file of files) {
  for (const error of trino.validate(fs.readFileSync(file, 'utf8'))) {
    errors += 1;
    console.log(`check_grammar: ${file}:${error.startLine}:${error.startColumn}: ${error.message}`);
  }
}
// What the grammar must refuse: else it is not asked.
for (const text of ['SELECT a FROM b QUALIFY true', 'SELECT a::varchar FROM b', 'SELECT a FROM b GROUP BY ALL']) {
  if (trino.validate(text).length === 0) {
    errors += 1;
    console.log(`check_grammar: accepts ${text}`);
  }
}
console.log(`check_grammar: ${files.length} files, ${errors} errors`);
process.exit(errors === 0 && files.length > 0 ? 0 : 1);
