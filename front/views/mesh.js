/** 3D: the edges are drawn again as the object is turned, by drag or by keys. */

import { on } from "../shared/dom.js";

/**
 * @param {string | undefined} text
 * @returns {ArrayBuffer}
 */
const unpack = (text) => Uint8Array.from(atob(text ?? ""), (c) => c.charCodeAt(0)).buffer;

/** @param {HTMLElement} mesh */
const read = ({ dataset }) => ({
  points: new Int16Array(unpack(dataset.points)),
  edges: new Uint16Array(unpack(dataset.edges)),
  yaw: Number(dataset.yaw),
  pitch: Number(dataset.pitch),
  zoom: 1,
  waiting: false,
});

/** @type {WeakMap<HTMLElement, ReturnType<typeof read>>} */
const held = new WeakMap();

/** @param {HTMLElement} mesh */
const solid = (mesh) => {
  const known = held.get(mesh) ?? read(mesh);
  held.set(mesh, known);
  return known;
};

/** @param {HTMLElement} mesh */
const draw = (mesh) => {
  const { points, edges, yaw, pitch, zoom } = solid(mesh);
  const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  /** @param {number} n */
  const at = (n) => {
    const [a, b, c] = [points[3 * n] / 300, points[3 * n + 1] / 300, points[3 * n + 2] / 300];
    const z = c * cy - a * sy;
    return [zoom * (a * cy + c * sy), zoom * (b * cp - z * sp), b * sp + z * cp];
  };
  /** @type {string[][]} */
  const paths = [[], []];
  for (let e = 0; e < edges.length; e += 2) {
    const p = at(edges[e]);
    const q = at(edges[e + 1]);
    const line = `M${p[0].toFixed(1)} ${(-p[1]).toFixed(1)}L${q[0].toFixed(1)} ${(-q[1]).toFixed(1)}`;
    paths[p[2] + q[2] > 0 ? 1 : 0].push(line);
  }
  mesh.querySelector(".back")?.setAttribute("d", paths[0].join(""));
  mesh.querySelector(".front")?.setAttribute("d", paths[1].join(""));
};

/**
 * @param {HTMLElement} mesh
 * @param {number} yaw
 * @param {number} pitch
 * @param {number} [zoom]
 */
const turn = (mesh, yaw, pitch, zoom = 1) => {
  const now = solid(mesh);
  now.yaw += yaw;
  now.pitch = Math.max(-1.57, Math.min(1.57, now.pitch + pitch));
  now.zoom = Math.max(0.3, Math.min(8, now.zoom * zoom));
  if (now.waiting) return;
  now.waiting = true;
  requestAnimationFrame(() => {
    now.waiting = false;
    draw(mesh);
  });
};

/** @type {{ mesh: HTMLElement, x: number, y: number } | null} */
let dragged = null;
on("pointerdown", "svg.mesh", (mesh, event) => {
  dragged = { mesh, x: event.clientX, y: event.clientY };
  mesh.setPointerCapture(event.pointerId);
});
on("pointermove", "*", (_, event) => {
  if (!dragged) return;
  turn(dragged.mesh, (event.clientX - dragged.x) / 120, (event.clientY - dragged.y) / 120);
  dragged.x = event.clientX;
  dragged.y = event.clientY;
});
on(["pointerup", "pointercancel"], "*", () => {
  dragged = null;
});

/** @type {Record<string, [number, number, number?]>} */
const STEPS = {
  ArrowLeft: [-0.15, 0],
  ArrowRight: [0.15, 0],
  ArrowUp: [0, -0.15],
  ArrowDown: [0, 0.15],
  "+": [0, 0, 1.18],
  "=": [0, 0, 1.18],
  "-": [0, 0, 0.85],
};
on("keydown", "svg.mesh", (mesh, event) => {
  const step = STEPS[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  turn(mesh, ...step);
  event.preventDefault();
});
