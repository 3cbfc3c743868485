// Draws points on a canvas: all of them by group, and those that are lit above the others.

/** How many groups have a color of their own: --c0 to --c7 of the style sheet. */
export const COLORS = 8;

const PADDING = 18;

const bounds = (points) => points.reduce((box, { x, y }) => ({
  left: Math.min(box.left, x), right: Math.max(box.right, x), low: Math.min(box.low, y), high: Math.max(box.high, y),
}), { left: Infinity, right: -Infinity, low: Infinity, high: -Infinity });

/**
 * Where points lie on a canvas of so many pixels: a unit is as long in x as in y.
 * around: points that have to be seen; all if there are none.
 */
export function placing(points, around, width, height) {
  const whole = bounds(points);
  const box = around.length ? bounds(around) : whole;
  const least = around.length ? 0.12 * Math.max(whole.right - whole.left, whole.high - whole.low) : 1e-6;
  const across = Math.max(box.right - box.left, least);
  const up = Math.max(box.high - box.low, least);
  const scale = Math.min((width - 2 * PADDING) / across, (height - 2 * PADDING) / up);
  const middle = { x: (box.left + box.right) / 2, y: (box.low + box.high) / 2 };
  return ({ x, y }) => ({ x: width / 2 + (x - middle.x) * scale, y: height / 2 - (y - middle.y) * scale });
}

function circle(pen, at, radius) {
  pen.beginPath();
  pen.arc(at.x, at.y, radius, 0, 2 * Math.PI);
}

function diamond(pen, at, radius) {
  pen.beginPath();
  pen.moveTo(at.x, at.y - radius);
  pen.lineTo(at.x + radius, at.y);
  pen.lineTo(at.x, at.y + radius);
  pen.lineTo(at.x - radius, at.y);
  pen.closePath();
}

function line(pen, from, to) {
  pen.beginPath();
  pen.moveTo(from.x, from.y);
  pen.lineTo(to.x, to.y);
  pen.stroke();
}

/**
 * Draws. points: [{x, y, group}]; place: from placing(); lit: {visit, answer, near} as lists of points, and the point `at`.
 */
export function draw(canvas, points, place, { visit, answer, near, at }) {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const color = (name) => style.getPropertyValue(name).trim();
  const colors = Array.from({ length: COLORS }, (_, i) => color(`--c${i}`));
  const of = (point) => colors[point.group] ?? color("--muted");
  const ink = color("--ink");
  const ground = color("--panel");
  pen.globalAlpha = visit.length || answer.length ? 0.42 : 0.85;
  for (const point of points) {
    pen.fillStyle = of(point);
    circle(pen, place(point), 2.3);
    pen.fill();
  }
  pen.globalAlpha = 1;
  pen.lineWidth = 1.2;
  pen.strokeStyle = color("--muted");
  if (at) near.forEach((point) => line(pen, place(at), place(point)));
  for (const point of near) {
    pen.fillStyle = of(point);
    circle(pen, place(point), 3.6);
    pen.fill();
    pen.stroke();
  }
  pen.strokeStyle = ink;
  for (const point of [...answer].reverse()) {
    pen.fillStyle = of(point);
    circle(pen, place(point), 5.2);
    pen.fill();
    pen.stroke();
  }
  pen.lineWidth = 1.6;
  pen.setLineDash([4, 3]);
  visit.slice(1).forEach((point, i) => line(pen, place(visit[i]), place(point)));
  pen.setLineDash([]);
  for (const point of visit) {
    pen.fillStyle = ink;
    diamond(pen, place(point), 8.5);
    pen.fill();
    pen.fillStyle = of(point);
    diamond(pen, place(point), 5);
    pen.fill();
  }
  if (at) {
    pen.lineWidth = 5;
    pen.strokeStyle = ground;
    circle(pen, place(at), 10);
    pen.stroke();
    pen.lineWidth = 2.5;
    pen.strokeStyle = color("--accent");
    circle(pen, place(at), 10);
    pen.stroke();
  }
}
