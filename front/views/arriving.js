/** What arrives with a mark in it scrolls to the mark, inside its own place, once it is seen. */

import { all, find } from "../shared/dom.js";
import { onceAFrame } from "../shared/watch.js";

/** @param {Element} node */
const top = (node) => node.getBoundingClientRect().top;

const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    const mark = find("mark", target);
    if (mark) target.scrollTop += top(mark) - top(target) - target.clientHeight / 3;
  }
});

onceAFrame(() => {
  for (const place of all("[data-arrive]:not([data-arrived])")) {
    place.dataset.arrived = "";
    seen.observe(place);
  }
});
