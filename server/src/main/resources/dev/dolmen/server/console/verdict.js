// What can be said of the arms of an experiment, and of how few answers nothing can.
import { count } from "./format.js";

/** With fewer of these an interval says nothing: one that was never clicked would have none at all. */
const ANSWERS_MIN = 100;
const EACH_MIN = 10;

const numbers = (arm) => [Number(arm.answers), Number(arm.clicked_answers)];

/** Whether an arm's rate has an interval that means something. */
export function judged(arm) {
  const [answers, clicked] = numbers(arm);
  return answers >= ANSWERS_MIN && clicked >= EACH_MIN && answers - clicked >= EACH_MIN && arm.click_rate_margin > 0;
}

/** About how many answers more an arm needs before it is judged; null if nothing tells. */
export function missing(arm) {
  const [answers, clicked] = numbers(arm);
  const rarer = Math.min(clicked, answers - clicked);
  if (rarer === 0 && answers >= ANSWERS_MIN) return null;
  const forRarer = rarer ? Math.ceil(((EACH_MIN - rarer) * answers) / rarer) : 0;
  return Math.max(ANSWERS_MIN - answers, forRarer, 1);
}

/** A number of answers to come, as roughly as it is known. */
function about(n) {
  const step = n < 100 ? 10 : 10 ** Math.floor(Math.log10(n) - 1);
  return `about ${count(Math.ceil(n / step) * step)}`;
}

/** What an arm lacks, in words. */
function lack(arm) {
  const [answers, clicked] = numbers(arm);
  const more = missing(arm);
  if (more !== null) return `${about(more)} more of “${arm.arm}”`;
  return clicked ? `“${arm.arm}” has no answer yet that was not clicked` : `of “${arm.arm}” none of ${count(answers)} was clicked yet`;
}

/** What the difference of an arm to the first says; margins are half the widths of intervals of 95%. */
export function verdict(arm, first) {
  const lacking = [first, arm].filter((one) => !judged(one));
  if (lacking.length) return `Not enough answers yet: ${lacking.map(lack).join(", ")}.`;
  const difference = Math.abs(arm.to_first);
  const points = (rate) => (rate * 100).toFixed(2);
  const text = `${points(difference)} points ${arm.to_first < 0 ? "less" : "more"}, ± ${points(arm.to_first_margin)}`;
  if (difference > arm.to_first_margin) return `${text}: it is clicked ${arm.to_first < 0 ? "less" : "more"}.`;
  // Intervals narrow with the square root of the answers.
  const times = (arm.to_first_margin / difference) ** 2;
  return times < 100 ? `${text}. Not enough answers yet: ${about(Number(arm.answers) * (times - 1))} more of “${arm.arm}”, if the difference stays.` : `${text}: no difference to be seen.`;
}
