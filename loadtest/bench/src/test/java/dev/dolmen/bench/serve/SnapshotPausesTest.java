package dev.dolmen.bench.serve;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Of a real server, {@link ServeBenchCommandTest} takes some. */
class SnapshotPausesTest {
  private static final int NOBODY_LISTENS = 1;

  @Test
  void thatNoneCouldBeTakenIsSaid() {
    try (SnapshotPauses pauses = new SnapshotPauses(NOBODY_LISTENS)) {
      assertThatThrownBy(pauses::longestMs)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(StatusRuntimeException.class);
    }
  }
}
