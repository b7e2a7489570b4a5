/** The pages that lead to cards: the index of all widgets, and the search. */

import "../shared/page.js";
import "../shared/ways.js";
