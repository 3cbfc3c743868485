package dev.dolmen.trainer.session;

import dev.dolmen.parameterstore.feature.Features;
import org.jspecify.annotations.Nullable;

/** The steps of one session, oldest first, as far as they are kept. */
public interface SessionSteps {
  /** Number of steps. */
  int length();

  /** Catalogue index of step {@code i}'s item, which may have been deleted since. */
  int item(int i);

  /** Number of step {@code i}'s {@link dev.dolmen.v1.EventType}. */
  int type(int i);

  /** When step {@code i} was, milliseconds since 1970. */
  long timeMs(int i);

  /** Context of step {@code i}, or null if it came with none. */
  @Nullable Features context(int i);
}
