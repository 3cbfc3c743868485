package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.trainer.alternatives.ExperimentOptions;
import dev.dolmen.trainer.alternatives.FallbackOptions;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.trainer.alternatives.RankerOptions;
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.trainer.log.LogRepair;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.trainer.log.SegmentBytes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a power cut, or a disk, leaves of the log and the journal of an engine. */
class PowerCutTest {

  @TempDir Path directory;

  private final Shop shop = new Shop(20, 5);
  private long offset;
  private long hash;

  private Engine engine() throws IOException {
    return Engine.open(Shop.options(directory), InstantSource.system(), new SimpleMeterRegistry());
  }

  private void publish(Engine engine, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      offset = engine.ingest().publish(shop.click("s" + i % 7, i % shop.items)).offset();
    }
    assertThat(engine.ingest().awaitApplied(offset, Patience.FAR)).isTrue();
  }

  /** Sixty events and a snapshot of all of them. */
  @BeforeEach
  void snapshotOfSixtyEvents() throws Exception {
    Engine engine = engine();
    for (int i = 0; i < shop.items; i++) {
      engine.ingest().upsert(shop.item(i));
    }
    publish(engine, 0, 60);
    engine.snapshot();
    hash = engine.stateHash();
    engine.abandon();
  }

  private Path log() throws IOException {
    return SegmentBytes.last(directory.resolve("log"));
  }

  /** Zeros from a record on; the first page is of before that, or of later. */
  private void loseFrom(int record, boolean firstPageToo) throws IOException {
    List<Long> positions = SegmentBytes.positions(log());
    long from = positions.get(record);
    SegmentBytes.write(log(), from, new byte[(int) (positions.getLast() - from)]);
    if (firstPageToo) {
      ByteBuffer words = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
      words.putLong(positions.get(record - 1)).putLong(0);
      SegmentBytes.write(log(), 0x40, words.array());
    }
  }

  private void goesOn() throws Exception {
    long before = offset;
    try (Engine engine = engine()) {
      assertThat(engine.notTaking()).isEmpty();
      assertThat(engine.stateHash()).isEqualTo(hash);
      publish(engine, 60, 90);
      assertThat(offset).isGreaterThanOrEqualTo(before + 30);
      assertThat(engine.status().learning().events()).isEqualTo(90);
      hash = engine.stateHash();
      engine.abandon();
    }
    // From the snapshot that is ahead of what the log lost, over the gap.
    try (Engine engine = engine()) {
      assertThat(engine.status().learning().events()).isEqualTo(90);
      assertThat(engine.stateHash()).isEqualTo(hash);
      publish(engine, 90, 100);
      engine.snapshot();
    }
    try (Engine engine = engine()) {
      assertThat(engine.status().learning().events()).isEqualTo(100);
    }
    assertThat(new LogRepair(directory.resolve("log")).verify().damages()).isEmpty();
  }

  @Test
  void aSnapshotThatIsAheadOfTheLogIsServedAndTheLogGoesOnBehindIt() throws Exception {
    loseFrom(50, true);
    goesOn();
  }

  @Test
  void soDoesOneWhoseFirstPageTellsOfRecordsThatAreGone() throws Exception {
    loseFrom(50, false);
    goesOn();
  }

  @Test
  void aTruncatedFileWhoseRecordsAreAllInTheSnapshotDoesNotEndTheStart() throws Exception {
    List<Long> positions = SegmentBytes.positions(log());
    try (FileChannel channel = FileChannel.open(log(), StandardOpenOption.WRITE)) {
      channel.truncate(positions.get(40) + 20);
    }
    goesOn();
  }

  @Test
  void anEngineThatHasLostItsWholeLogGoesOn() throws Exception {
    for (Path file : SegmentBytes.files(directory.resolve("log"))) {
      Files.delete(file);
    }
    goesOn();
  }

  @Test
  void aJournalThatIsDamagedOnlyFormsBatchesAgain() throws Exception {
    Path journal = SegmentBytes.last(directory.resolve("journal"));
    SegmentBytes.write(journal, SegmentBytes.positions(journal).getFirst(), new byte[4_096]);
    goesOn();
  }

  /** What the snapshot holds is served; what comes is refused, with the place and the way out. */
  @Test
  void aDamageBehindTheSnapshotIsNamedAndTheSnapshotServed() throws Exception {
    try (Engine engine = engine()) {
      publish(engine, 60, 90);
      engine.abandon();
    }
    List<Long> positions = SegmentBytes.positions(log());
    long at = positions.get(positions.size() - 11);
    SegmentBytes.write(log(), at + 20, new byte[] {'?', '?'});
    Engine engine =
        Engine.start(
            Shop.options(directory),
            InstantSource.system(),
            new SimpleMeterRegistry(),
            TableFactory.COLLISIONLESS,
            LogFactory.CONFIGURED);
    try {
      assertThatThrownBy(engine::awaitReplayed).hasMessageContaining(log() + " at byte " + at);
      assertThat(engine.hasModel()).isTrue();
      assertThat(engine.damage()).contains("dolmen log verify").contains(log() + " at byte " + at);
      assertThat(engine.notTaking()).isEqualTo(engine.damage());
      assertThat(engine.live().catalog().size()).isEqualTo(shop.items);
      assertThatThrownBy(() -> engine.ingest().publish(shop.click("s", 1)))
          .isInstanceOf(LogUnavailableException.class)
          .hasMessageContaining("at byte " + at);
    } finally {
      engine.close();
    }
    new LogRepair(directory.resolve("log")).skip();
    try (Engine mended = engine()) {
      assertThat(mended.status().learning().events()).isEqualTo(89);
      publish(mended, 90, 100);
    }
  }

  /** A damage that comes while it runs, in what was not read yet, stops learning, not serving. */
  @Test
  void aDamageThatIsReadLaterStopsLearningAlone() throws Exception {
    stopsLearningAlone(Shop.options(directory));
  }

  /** They are not in the snapshot, and read what was logged before it. */
  @Test
  void soDoesOneThatBaselinesReadFirst() throws Exception {
    FallbackOptions blend = new FallbackOptions(RankerKind.BLEND, 100, 0);
    RankingOptions ranking =
        new RankingOptions(ExperimentOptions.NONE, blend, RankerOptions.defaults(), Set.of());
    stopsLearningAlone(Shop.options(directory).with(o -> o.ranking(ranking)));
  }

  private void stopsLearningAlone(EngineOptions options) throws Exception {
    Path file = log();
    long at = SegmentBytes.positions(file).get(30);
    SegmentBytes.write(file, at + 20, new byte[] {'?', '?'});
    // The snapshot is behind it, so that only those look there who read the last records again.
    Engine engine =
        Engine.start(
            options,
            InstantSource.system(),
            new SimpleMeterRegistry(),
            TableFactory.COLLISIONLESS,
            LogFactory.CONFIGURED);
    try {
      assertThatThrownBy(() -> engine.replayed().get(1, TimeUnit.MINUTES))
          .hasMessageContaining(file + " at byte " + at);
      assertThat(engine.notTaking()).contains(file + " at byte " + at);
    } finally {
      engine.close();
    }
    new LogRepair(directory.resolve("log")).cut();
    goesOn();
  }
}
