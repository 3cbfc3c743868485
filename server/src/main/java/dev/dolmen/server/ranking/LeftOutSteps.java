package dev.dolmen.server.ranking;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.trainer.session.SessionSteps;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A session without one of its steps: as if it had not been. Reused by one thread. */
final class LeftOutSteps implements SessionSteps {
  private @Nullable SessionSteps all;
  private @Nullable Features lastContext;
  private int without;

  /**
   * Becomes a session without a step.
   *
   * @param context of the request, which its last step has, whichever that is; null without
   */
  void of(SessionSteps steps, int leftOut, @Nullable Features context) {
    all = steps;
    without = leftOut;
    lastContext = context;
  }

  /** Lets go of the session. */
  void clear() {
    all = null;
    lastContext = null;
  }

  private SessionSteps all() {
    return Objects.requireNonNull(all, "no session");
  }

  private int at(int i) {
    return i < without ? i : i + 1;
  }

  @Override
  public int length() {
    return all().length() - 1;
  }

  @Override
  public int item(int i) {
    return all().item(at(i));
  }

  @Override
  public int type(int i) {
    return all().type(at(i));
  }

  @Override
  public long timeMs(int i) {
    return all().timeMs(at(i));
  }

  @Override
  public @Nullable Features context(int i) {
    return i == length() - 1 && lastContext != null ? lastContext : all().context(at(i));
  }
}
