/** The views of answers. What few of them need is loaded when one is there. */

import { whenSeen } from "../shared/watch.js";
import "./arriving.js";
import "./copying.js";

whenSeen("svg.mesh", () => import("./mesh.js"));
whenSeen(".pairs", () => import("./pairs.js"));
whenSeen(".clip, .timed", () => import("./sounds.js"));
