package dev.dolmen.evaluation.tune;

/**
 * How many settings are tried on how much: all of them on little, and from rung to rung a share of
 * them on so much more.
 *
 * @param trials settings on the lowest rung
 * @param eta of so many settings one climbs on, to so many times as much
 * @param rungs the last of which has everything
 */
record Ladder(int trials, int eta, int rungs) {
  /** Settings on a rung, from 0. */
  int trials(int rung) {
    int left = trials;
    for (int r = 0; r < rung; r++) {
      left = Math.max(1, left / eta);
    }
    return left;
  }

  /** Share of everything that a rung has. */
  double share(int rung) {
    return 1 / Math.pow(eta, top() - rung);
  }

  /** The same for a person: 1/9, 1/3, all. */
  String shareName(int rung) {
    return rung == top() ? "all" : "1/" + Math.round(Math.pow(eta, top() - rung));
  }

  /** The rung that has everything. */
  int top() {
    return rungs - 1;
  }

  /** Settings on the lowest rung that are needed for one to be left on the last. */
  static int trialsMin(int eta, int rungs) {
    return (int) Math.pow(eta, rungs - 1);
  }
}
