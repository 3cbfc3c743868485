package dev.dolmen.trainer.state;

/**
 * A section of a snapshot.
 *
 * @param name of the section
 * @param part what it holds
 * @param optional whether a snapshot may do without it: the part stays as it began
 */
public record StateSection(String name, StreamPart part, boolean optional) {
  /** Dense parameters and the state of their optimizer. */
  public static final String MODEL = "model";

  /** Totals of progressive validation. */
  public static final String VALIDATION = "trainer/validation";

  /** Counters, stream state and joiner. */
  public static final String STATE = "trainer/state";

  /** What has been told of a time far ahead; not in snapshots from before that was bounded. */
  public static final String CLOCKS = "trainer/clocks";

  /** What sessions have seen beyond their last steps; not in snapshots from before it was kept. */
  public static final String SEEN = "trainer/seen";

  /** What is kept of deleted items; not in snapshots from before it was. */
  public static final String WITHDRAWN = "trainer/withdrawn";

  /** Whose impressions are; not in snapshots from before it was kept. */
  public static final String OWNERS = "trainer/owners";

  /** Clicks of visits that saw one item; not in snapshots from before those were told apart. */
  public static final String LONE = "trainer/lone";

  /** What came of an experiment; only where one runs, and nothing is learned from it. */
  public static final String EXPERIMENT = "trainer/experiment";
}
