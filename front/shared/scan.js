/**
 * Looks for characters that turn words around or hide in what Gradio or a script draws; what is done about them
 * (`marking.js`) is loaded when the first is met. Its own observer, as the other (`watch.js`) does not look at texts.
 */

export const READ = ["title", "aria-label", "alt", "placeholder", "download"];

/** What `marking.js` may mark, and a little more: it knows of neighbours, and of characters that take two units. */
export const SUSPECT =
  /[\u034f\u17b4\u17b5\xad\u0590-\u08ff\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufb1d-\ufeff\uffa0\ufff9-\ufffb\ud802\ud803\ud83a\ud83b\udb40]/;

/** @type {((node: Node) => void) | undefined} */
let mark;
let asked = false;

const load = async () => {
  asked = true;
  try {
    ({ mark } = await import("./marking.js"));
    lookAtAll(document.documentElement);
  } catch (error) {
    asked = false; // the server may be back at the next look
    reportError(error);
  }
};

/** @param {Node} node */
const look = (node) => {
  const text = node instanceof Element ? READ.map((name) => node.getAttribute(name)).join("") : node.nodeValue;
  if (!SUSPECT.test(text ?? "")) return;
  if (mark) mark(node);
  else if (!asked) load();
};

/** @param {Node} root */
const lookAtAll = (root) => {
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = /** @type {Node | null} */ (root); node; node = walk.nextNode()) look(node);
};

/** Look at all that is on the page, and at what comes. */
export const scan = () => {
  new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records) {
      if (type === "childList") addedNodes.forEach(lookAtAll);
      else look(target);
    }
  }).observe(document.documentElement, {
    childList: true,
    subtree: true,
    characterData: true,
    attributes: true,
    attributeFilter: READ,
  });
  lookAtAll(document.documentElement);
};
