/** Sounds and videos: chunks and waves play from where they are pressed, and show where it plays. */

import { all, find, on } from "../shared/dom.js";

/**
 * The sound that something stands for: its own, the one that was put in, or the first of its view.
 * @param {Element} node
 * @returns {HTMLMediaElement | null}
 */
const soundOf = (node) =>
  node.closest(".timed, .clip")?.querySelector("audio") ||
  document.querySelector("#in-audio audio, #in-video video") ||
  (node.closest(".view")?.querySelector("audio, video") ?? null);

/**
 * @param {HTMLMediaElement | null} sound
 * @param {(sound: HTMLMediaElement) => number} seconds
 */
const playFrom = (sound, seconds) => {
  if (!sound) return;
  const go = () => {
    sound.currentTime = seconds(sound);
    sound.play()?.catch(() => {}); // a browser may refuse to play
  };
  if (sound.readyState >= 1) {
    go();
    return;
  }
  sound.addEventListener("loadedmetadata", go, { once: true });
  sound.preload = "metadata";
  sound.load();
};

on("click", ".view [data-seek]", (seek) => playFrom(soundOf(seek), () => Number(seek.dataset.seek)));
on("click", ".view .wave", (wave, event) => {
  if (event.target instanceof Element && event.target.closest("[data-seek], [data-copies], .key")) return;
  const place = wave.getBoundingClientRect();
  const share = (event.clientX - place.left) / place.width;
  const sound = soundOf(wave);
  const length = sound && Number.isFinite(sound.duration) ? sound.duration : 0;
  playFrom(sound, () => share * length);
});

on(
  "timeupdate",
  "audio, video",
  (sound) => {
    if (!(sound instanceof HTMLMediaElement)) return;
    const clip = sound.closest(".clip");
    const wave = clip && find(".wave", clip);
    wave?.style.setProperty("--played", `${(100 * sound.currentTime) / (sound.duration || 1)}%`);
    for (const chunk of all("[data-seek]", sound.closest(".timed"))) {
      const start = Number(chunk.dataset.seek);
      const end = Math.max(Number(chunk.dataset.end ?? Infinity), start + 0.05);
      chunk.classList.toggle("on", sound.currentTime >= start && sound.currentTime < end);
    }
  },
  { early: true },
);
