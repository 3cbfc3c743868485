package dev.dolmen.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.ranking.ScoreFeatures;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.history.StreamHistory;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is checked and read for a caller that has gone. */
class ProcessorBudgetTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));

  @TempDir Path directory;

  /** Goes when it has been asked so often. */
  private static final class Impatient implements Caller {
    private final int patience;
    private final AtomicInteger asked = new AtomicInteger();

    Impatient(int patience) {
      this.patience = patience;
    }

    @Override
    public void checkWaiting() {
      if (asked.getAndIncrement() == patience) {
        throw new IllegalStateException("gone");
      }
    }
  }

  private static Item item(String id) {
    TokenList category = TokenList.newBuilder().addToken("books").build();
    return Item.newBuilder()
        .setItemId(id)
        .putSlots("category", SlotValue.newBuilder().setPath(category).build())
        .build();
  }

  private static ScoreRequest request() {
    SessionContext.Builder session = SessionContext.newBuilder();
    for (int i = 0; i < 3; i++) {
      session.addEvents(SessionEvent.newBuilder().setItemId("i" + i));
      session.addItems(item("i" + i));
    }
    return ScoreRequest.newBuilder()
        .setSession(session)
        .addItems(item("x"))
        .addItems(item("y"))
        .build();
  }

  private static Validation validation() {
    EventTimes times = new EventTimes(CLOCK, Duration.ofHours(1), Duration.ofDays(1), () -> 0);
    return new Validation(
        new FeatureExtractor(Schemas.shop()),
        new SizeValidation(DolmenConfig.defaults(Path.of("none"), Schemas.shop()).server().sizes()),
        Schemas.shop(),
        times,
        100,
        List.of());
  }

  @Test
  void aCheckEndsBeforeAnyEventOrItemIfItsCallerGoes() {
    int steps = 3 + 3 + 2;
    for (int patience = 0; patience < steps; patience++) {
      Impatient caller = new Impatient(patience);
      assertThatThrownBy(() -> validation().score(request(), caller)).hasMessage("gone");
      assertThat(caller.asked).hasValue(patience + 1);
    }
    Impatient patient = new Impatient(steps);
    ScoreFeatures made = validation().score(request(), patient);
    assertThat(patient.asked).hasValue(steps);
    assertThat(made.items()).hasSize(2);
    assertThat(made.session().items()).hasSize(3);
    assertThat(made.session().contexts()).hasSize(3).containsOnlyNulls();
  }

  @Test
  void aPageEndsAmongPlacesWithoutAnItemIfItsCallerGoes() throws Exception {
    int items = 3 * Caller.STEPS;
    try (HistoryTraining training =
        HistoryTraining.open(DolmenConfig.defaults(directory, Schemas.shop()).engine(), CLOCK)) {
      for (int i = 0; i < items; i++) {
        training.upsert(item("i" + i));
      }
      LiveState live = training.refreshed();
      CatalogReads reads =
          new CatalogReads(
              live,
              List.of(),
              new ItemCurves(StreamHistory.none(0).items(), live, () -> Instant.EPOCH));
      ListItemsRequest all = ListItemsRequest.newBuilder().setPageSize(1_000).build();
      for (int patience = 0; patience < 3; patience++) {
        Impatient caller = new Impatient(patience);
        assertThatThrownBy(() -> reads.page(all, caller)).hasMessage("gone");
        assertThat(caller.asked).hasValue(patience + 1);
      }
      assertThat(reads.page(all, new Impatient(3)).getItemsCount()).isEqualTo(items);
    }
  }
}
