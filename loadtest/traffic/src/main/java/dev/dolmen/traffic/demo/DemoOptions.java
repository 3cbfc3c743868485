package dev.dolmen.traffic.demo;

/**
 * How the demonstration runs.
 *
 * @param seconds length; the taste changes in the middle
 * @param forever until interrupted; the taste changes every {@code seconds}
 * @param rate clicks a second
 * @param recommendRate requests for recommendations a second
 * @param visitors visitors present at once
 * @param seed source of catalogue, tastes, visitors and schedules
 */
record DemoOptions(
    double seconds, boolean forever, double rate, double recommendRate, int visitors, long seed) {
  /** The same with other visitors on another catalogue, for a while. */
  DemoOptions forWarmUp(double warmUpSec) {
    return new DemoOptions(warmUpSec, false, rate, recommendRate, visitors, seed + 1);
  }
}
