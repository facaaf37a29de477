/* All in one file, and so in one process: the first synthesis of a process takes ten seconds. */
import './deploy-rules.cases.ts';
import './guard-rules.cases.ts';
import './operable.cases.ts';
import './platform.cases.ts';
import './readme.cases.ts';
import './rest-api.cases.ts';
import './safety.cases.ts';
