/** The model page. */

import "../shared/page.js";
import "../shared/code.js";
import "../shared/numbers.js";
import "../shared/ways.js";
import "../fields/index.js";
import "../views/index.js";
import "../model/links.js";
import "../model/reload.js";
import "../model/widget.js";
