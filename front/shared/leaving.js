/** Leaving a tab: the server is told as the page goes, so that the calls of the tab end at once (`ui/server/leaving.py`). */

import { find } from "./dom.js";

const name = () => find("[data-feed]")?.dataset.feed;

addEventListener("pagehide", () => {
  if (name()) navigator.sendBeacon(`/left/${name()}`);
});

const isKnown = async () => {
  try {
    return await (await fetch(`/back/${name()}`)).json();
  } catch {
    return true; // only out of sight of the server
  }
};

/** @param {boolean} stays whether a page that the server has forgotten stays as it is */
const back = async (stays) => {
  if (name() && !(await isKnown()) && !stays) location.reload();
};

addEventListener("pageshow", (event) => {
  if (event.persisted) back(false);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") back(!find("#panes"));
});
