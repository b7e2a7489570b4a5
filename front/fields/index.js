/** The fields of inputs. The editors of lists and tables are loaded when one is there. */

import { whenSeen } from "../shared/watch.js";
import "./insert.js";

whenSeen(".rich", () => import("./editors.js"));
