package dev.dolmen.trainer.baseline;

/**
 * One click.
 *
 * @param session whose it is; any number
 * @param item 0 or more; dense, as memory grows with the largest
 * @param timeSec event time in seconds, on any scale
 */
public record Click(long session, int item, long timeSec) {
  public Click {
    if (item < 0) {
      throw new IllegalArgumentException("item: " + item + ", expected 0 or more");
    }
  }
}
