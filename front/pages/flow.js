/** The pages that put several calls in a row. */

import "../shared/page.js";
import "../shared/code.js";
import "../shared/numbers.js";
import "../shared/ways.js";
import "../fields/index.js";
import "../views/index.js";
