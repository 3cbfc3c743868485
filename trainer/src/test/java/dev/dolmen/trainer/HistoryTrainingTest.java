package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.learn.ScoreTerms;
import dev.dolmen.trainer.validation.ValidationFigures;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTrainingTest {

  @TempDir Path directory;

  private final Shop shop = new Shop(200, 5);

  /** Whole batches of 64, so that live and history cut them at the same places. */
  private final List<FeedbackEvent> events =
      IntStream.range(0, 500).boxed().flatMap(i -> shop.visit().stream()).limit(1_280).toList();

  private HistoryTraining history(String name) throws IOException {
    return HistoryTraining.open(Shop.options(directory.resolve(name)), InstantSource.system());
  }

  private ValidationFigures pass(HistoryTraining training) {
    for (int i = 0; i < shop.items; i++) {
      training.upsert(shop.item(i));
    }
    events.forEach(training::learn);
    return training.endPass();
  }

  private Engine engine(String name) throws IOException {
    return Engine.open(
        Shop.options(directory.resolve(name)), InstantSource.system(), new SimpleMeterRegistry());
  }

  private static byte[] state(Learner learner) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    learner.writeDigest(out);
    return bytes.toByteArray();
  }

  @Test
  void onePassLearnsWhatALiveServerLearnsToTheBit() throws Exception {
    // By a clock that stands still no batch is ever old: each ends when it is full.
    InstantSource stands = InstantSource.fixed(Instant.EPOCH);
    try (HistoryTraining training = history("history");
        Engine live =
            Engine.open(
                Shop.options(directory.resolve("live")), stands, new SimpleMeterRegistry())) {
      pass(training);
      for (int i = 0; i < shop.items; i++) {
        live.ingest().upsert(shop.item(i));
      }
      long last = 0;
      for (FeedbackEvent event : events) {
        last = live.ingest().publish(event).offset();
      }
      assertThat(live.ingest().awaitApplied(last, Patience.FAR)).isTrue();
      assertThat(live.status().progress().modelVersion()).isEqualTo(events.size() / 64);
      assertThat(state(training.learner())).isEqualTo(state(live.learner()));
    }
  }

  /** What follows cheaply from the stream is the same, whatever is learned of it. */
  @Test
  void learnsOnlySomeSessionsAndDerivesTheRestAlike() throws Exception {
    List<byte[]> derived = new ArrayList<>();
    List<Long> models = new ArrayList<>();
    List<List<Long>> rows = new ArrayList<>();
    for (int parts : new int[] {1, 2, 0}) {
      try (HistoryTraining training = history("parts" + parts)) {
        training.learnOnly(session -> parts > 0 && Long.remainderUnsigned(session, parts) == 0);
        models.add(training.learner().modelHash());
        pass(training);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        training.learner().writeTo(new DataOutputStream(bytes));
        derived.add(bytes.toByteArray());
        models.add(training.learner().modelHash());
        rows.add(training.learner().slotStatistics().stream().map(slot -> slot.rows()).toList());
        long predictions = training.total().predictions();
        assertThat(predictions).isEqualTo(training.learner().validation().seen());
        assertThat(predictions > 0).isEqualTo(parts > 0);
      }
    }
    assertThat(derived.get(1)).isEqualTo(derived.get(0));
    assertThat(derived.get(2)).isEqualTo(derived.get(0));
    assertThat(rows.get(1)).isEqualTo(rows.get(0));
    assertThat(rows.get(2)).isEqualTo(rows.get(0));
    assertThat(models.get(1)).isNotEqualTo(models.get(3));
    assertThat(models.get(5)).isEqualTo(models.get(4));
  }

  @Test
  void goesOnFromParametersThatAreGiven() throws Exception {
    try (HistoryTraining training = history("given")) {
      pass(training);
      float[] parameters = training.live().published().model().copyParameters();
      float[] before = new float[training.live().vectors().width()];
      training.live().vectors().get(0, before, 0);
      for (int i = 0; i < parameters.length; i++) {
        parameters[i] *= 1.5f;
      }
      training.takeParameters(parameters, new int[] {0});
      assertThat(training.live().published().model().copyParameters()).isEqualTo(parameters);
      float[] after = new float[before.length];
      training.live().vectors().get(0, after, 0);
      assertThat(after).isNotEqualTo(before);
      long model = training.learner().modelHash();
      parameters[3] = Float.NaN;
      assertThatThrownBy(() -> training.takeParameters(parameters, new int[0]))
          .hasMessageContaining("dense parameter 3 is NaN");
      assertThatThrownBy(() -> training.takeParameters(new float[2], new int[0]))
          .hasMessageContaining("2 dense parameters, the model has " + parameters.length);
      assertThat(training.learner().modelHash()).isEqualTo(model);
    }
  }

  @Test
  void aServerGoesOnFromTheSnapshot() throws Exception {
    long batches;
    byte[] trained;
    try (HistoryTraining training = history("data")) {
      pass(training);
      training.beginPass();
      pass(training);
      batches = training.learner().batches();
      training.snapshot();
      trained = state(training.learner());
    }
    assertThat(batches).isEqualTo(2 * events.size() / 64);
    try (Engine engine = engine("data")) {
      assertThat(state(engine.learner())).isEqualTo(trained);
      assertThat(engine.status().progress().modelVersion()).isEqualTo(batches);
      assertThat(engine.status().quality().total().predictions()).isZero();
      long last = 0;
      for (FeedbackEvent event : shop.visit()) {
        last = engine.ingest().publish(event).offset();
      }
      assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
      assertThat(engine.status().progress().modelVersion()).isGreaterThan(batches);
    }
  }

  /** The log of such a directory holds nothing of it. */
  @Test
  void withoutItsSnapshotAServerDoesNotBeginWithNothing() throws Exception {
    try (HistoryTraining training = history("data")) {
      pass(training);
      training.snapshot();
    }
    Path data = directory.resolve("data");
    try (Engine engine = engine("data")) {
      assertThat(engine.status().progress().failure()).isNull();
    }
    try (Stream<Path> snapshots = Files.walk(data.resolve("snapshots"))) {
      for (Path file : snapshots.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
    assertThatThrownBy(() -> engine("data"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no snapshot is whole")
        .hasMessageContaining("remove " + data.resolve("history-in-snapshots"));
    Files.delete(data.resolve("history-in-snapshots"));
    try (Engine engine = engine("data")) {
      assertThat(engine.live().catalog().size()).isZero();
    }
  }

  /** What is left of an item whose id is not looked at is nothing, and has no direction. */
  @Test
  void itemsThatSayNothingOfThemselvesLeaveNoBatchOut() throws Exception {
    EngineOptions options = EngineOptions.defaults(directory.resolve("bare"), bare(true));
    try (HistoryTraining training = HistoryTraining.open(options, InstantSource.system())) {
      passOfBareItems(training);
      assertThat(training.skippedBatches()).isZero();
    }
  }

  /** Without its id each would be taken for any other. */
  @Test
  void whereItemsHaveNothingButTheirIdNoneIsLearnedAsNew() throws Exception {
    Schema ids =
        new Schema(List.of(Schemas.slot("item", SlotKind.ID, Schemas.rows(16, 1, 0, 500))));
    List<Long> models = new ArrayList<>();
    for (Schema schema : List.of(ids, Schemas.small())) {
      for (float newness : new float[] {0, 0.5f}) {
        Path to = directory.resolve(schema.slots().size() + "-" + newness);
        EngineOptions options =
            Shop.options(to)
                .with(o ->
                    o.schema(schema)
                        .training(Shop.options(to).training().with(t -> t.newness(newness))));
        try (HistoryTraining training = HistoryTraining.open(options, InstantSource.system())) {
          passOfBareItems(training);
          models.add(training.learner().modelHash());
        }
      }
    }
    assertThat(models.get(1)).isEqualTo(models.get(0));
    assertThat(models.get(3)).isNotEqualTo(models.get(2));
  }

  /** Ids, and categories that no item has. */
  private static Schema bare(boolean categories) {
    List<Slot> slots = new ArrayList<>();
    slots.add(Schemas.slot("item", SlotKind.ID, Schemas.rows(64, 2, 0, 500)));
    if (categories) {
      slots.add(Schemas.slot("category", SlotKind.CATEGORY, Schemas.rows(8, 1, 0, 500)));
    }
    return new Schema(slots);
  }

  /** Visits of four random items of ten. */
  private static void passOfBareItems(HistoryTraining training) {
    for (int i = 0; i < 100; i++) {
      training.upsert(Item.newBuilder().setItemId(Shop.id(i)).build());
    }
    Shop clicks = new Shop(100, 1);
    SplittableRandom random = new SplittableRandom(1);
    for (int visit = 0; visit < 400; visit++) {
      int group = 10 * random.nextInt(10);
      for (int i = 0; i < 4; i++) {
        FeedbackEvent click = clicks.click("visit-" + visit, group + random.nextInt(10));
        training.learn(click.toBuilder().clearContext().build());
      }
    }
    training.endPass();
  }

  /** Nothing that is learned depends on them, and whoever asks finds them as they should be. */
  @Test
  void vectorsThatNobodyReadsAreNotKeptUp() throws Exception {
    EngineOptions unscored =
        Shop.options(directory.resolve("unscored"))
            .with(o ->
                o.training(Shop.options(directory).training().with(t -> t.validationShare(0))));
    try (HistoryTraining scored = history("scored");
        HistoryTraining training = HistoryTraining.open(unscored, InstantSource.system())) {
      pass(scored);
      pass(training);
      assertThat(training.learner().vectors().present()).isZero();
      assertThat(state(training.learner())).isEqualTo(state(scored.learner()));
      assertThat(training.live().vectors().present()).isEqualTo(shop.items);
      float[] wanted = new float[training.live().vectors().width()];
      float[] found = new float[wanted.length];
      scored.refreshed();
      for (int item = 0; item < shop.items; item++) {
        assertThat(scored.live().vectors().get(item, wanted, 0)).isTrue();
        assertThat(training.live().vectors().get(item, found, 0)).isTrue();
        assertThat(found).isEqualTo(wanted);
      }
    }
  }

  @Test
  void theSameHistoryGivesTheSameBits() throws Exception {
    try (HistoryTraining one = history("one");
        HistoryTraining two = history("two")) {
      for (HistoryTraining training : List.of(one, two)) {
        pass(training);
        training.beginPass();
        pass(training);
      }
      assertThat(state(one.learner())).isEqualTo(state(two.learner()));
    }
  }

  /**
   * What a pass remembers of the stream is gone: it finds no target in it, only what is learned.
   */
  @Test
  void anotherPassForgetsTheStreamAndKeepsWhatIsLearned() throws Exception {
    try (HistoryTraining training = history("data")) {
      double first = pass(training).model().recallAt20();
      long hash = training.learner().modelHash();
      long rows = training.learner().table().stateHash();
      training.beginPass();
      assertThat(training.learner().live(0).sessions().size()).isZero();
      assertThat(training.learner().live(0).catalog().size()).isZero();
      assertThat(training.learner().mostClicked(10)).isEmpty();
      assertThat(training.learner().modelHash()).isEqualTo(hash);
      assertThat(training.learner().table().stateHash()).isEqualTo(rows);
      assertThat(pass(training).model().recallAt20()).isGreaterThan(first);
    }
  }

  private EngineOptions withTerms(String name, ScoreTerms terms) {
    EngineOptions o = Shop.options(directory.resolve(name));
    return o.with(e -> e.model(o.model().with(m -> m.terms(terms))));
  }

  /** What the network of signals adds to a score is its outputs' and its linear parts'. */
  private static List<Float> addingSignals(HistoryTraining training) {
    List<Float> adding = new ArrayList<>();
    for (String part : List.of("visits/outputs", "visits/linear", "likeness/linear")) {
      for (float weight : training.learner().serving().tensor("signals/" + part)) {
        adding.add(weight);
      }
    }
    return adding;
  }

  @Test
  void aTermThatIsOffIsNotLearnedUntilItIsOn() throws Exception {
    try (HistoryTraining training = history("all")) {
      pass(training);
      assertThat(addingSignals(training)).doesNotContain(0f);
    }
    ScoreTerms none = new ScoreTerms(false, false);
    EngineOptions options = withTerms("none", none);
    try (HistoryTraining training = HistoryTraining.open(options, InstantSource.system())) {
      pass(training);
      assertThat(addingSignals(training)).containsOnly(0f);
      training.snapshot();
    }
    // What scores are made of may change at a restart, there and back.
    try (Engine engine = engine("none")) {
      assertThat(engine.live().catalog().size()).isPositive();
    }
    Engine.open(options, InstantSource.system(), new SimpleMeterRegistry()).close();
  }

  @Test
  void aDirectoryThatHoldsAnythingIsLeftAlone() throws Exception {
    Path data = Files.createDirectories(directory.resolve("data"));
    Files.writeString(data.resolve("log"), "x");
    assertThatThrownBy(() -> history("data"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not empty");
    assertThat(data).isDirectoryContaining(f -> f.endsWith("log"));
  }
}
