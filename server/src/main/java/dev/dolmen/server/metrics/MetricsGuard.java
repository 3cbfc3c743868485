package dev.dolmen.server.metrics;

import dev.dolmen.server.access.Refusal;
import java.util.List;
import java.util.Optional;

/** Who may read the metrics. Any thread. */
public interface MetricsGuard {
  /** Whether anybody is asked. */
  boolean asks();

  /**
   * Why whoever sends these authorizations is refused; empty if they may. May wait.
   *
   * @param authorizations values of that header, in the order in which they came
   */
  Optional<Refusal> refusal(List<String> authorizations);
}
