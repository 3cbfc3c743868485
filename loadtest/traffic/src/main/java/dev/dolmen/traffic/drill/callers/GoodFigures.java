package dev.dolmen.traffic.drill.callers;

/**
 * What became of the good client's calls while an attack went on.
 *
 * @param calls recommendations
 * @param events published, each by a call of its own
 * @param probes of readiness
 */
record GoodFigures(Answers calls, Answers events, Answers probes) {
  static GoodFigures none() {
    return new GoodFigures(new Answers(), new Answers(), new Answers());
  }

  /** The smallest of the shares that were answered within their deadlines. */
  double answeredShare() {
    return Math.min(calls.share(), Math.min(events.share(), probes.share()));
  }
}
