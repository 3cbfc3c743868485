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

  /** Shape of the items' priors; not in snapshots before layout 10. */
  public static final String PRIOR = "trainer/prior";

  /** What came of an experiment; only where one runs, and nothing is learned from it. */
  public static final String EXPERIMENT = "trainer/experiment";
}
