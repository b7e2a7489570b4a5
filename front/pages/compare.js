/** The page that compares chat models. */

import "../shared/page.js";
import "../shared/code.js";
import "../shared/numbers.js";
import "../shared/ways.js";
import "../views/index.js";
import "../compare/compare.js";
