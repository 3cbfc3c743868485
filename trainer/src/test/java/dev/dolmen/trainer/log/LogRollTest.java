package dev.dolmen.trainer.log;

import static dev.dolmen.trainer.log.FeedbackLogContract.append;
import static dev.dolmen.trainer.log.FeedbackLogContract.fill;
import static dev.dolmen.trainer.log.FeedbackLogContract.numbers;
import static dev.dolmen.trainer.log.FeedbackLogContract.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.Patience;
import dev.dolmen.trainer.Shop;
import dev.dolmen.trainer.log.BatchJournal.Entry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process leaves that dies while the log begins a new segment: an old one that is ended. */
class LogRollTest {

  @TempDir Path directory;

  private ChronicleFeedbackLog open() throws IOException {
    return new ChronicleFeedbackLog(directory, 1L << 20, 16L << 20, false);
  }

  @Test
  void aStartGoesOnBehindASegmentThatHasEnded() throws Exception {
    long b;
    try (ChronicleFeedbackLog log = open()) {
      append(log, "a");
      b = append(log, "b");
    }
    SegmentBytes.end(SegmentBytes.last(directory));
    long c;
    try (ChronicleFeedbackLog log = open()) {
      assertThat(log.lastOffset()).isEqualTo(b);
      assertThat(read(log.tailer(b))).isEmpty();
      c = append(log, "c");
      assertThat(c).isGreaterThan(b);
      assertThat(append(log, "d")).isGreaterThan(c);
      assertThat(log.notTaking()).isEmpty();
    }
    assertThat(SegmentBytes.files(directory)).hasSize(2);
    try (ChronicleFeedbackLog log = open()) {
      assertThat(read(log.tailer(0))).containsExactly("a", "b", "c", "d");
      assertThat(read(log.tailer(b))).containsExactly("c", "d");
      assertThat(read(log.tailer(c))).containsExactly("d");
      assertThat(read(log.tailerOfLast(3))).containsExactly("b", "c", "d");
    }
  }

  /** Twice in a row, nothing having been appended in between. */
  @Test
  void anEndedSegmentStaysEndedThroughStartsThatTakeNothing() throws Exception {
    try (ChronicleFeedbackLog log = open()) {
      append(log, "a");
    }
    SegmentBytes.end(SegmentBytes.last(directory));
    open().close();
    open().close();
    try (ChronicleFeedbackLog log = open()) {
      append(log, "b");
      assertThat(read(log.tailer(0))).containsExactly("a", "b");
    }
  }

  @Test
  void aStartGoesOnWhereTheLastSegmentIsGone() throws Exception {
    List<Long> offsets;
    try (ChronicleFeedbackLog log = open()) {
      offsets = fill(log, 0, 250);
    }
    List<Path> files = SegmentBytes.files(directory);
    Files.delete(files.getLast());
    int left = 0;
    for (Path file : files.subList(0, files.size() - 1)) {
      left += SegmentBytes.positions(file).size() - 1;
    }
    try (ChronicleFeedbackLog log = open()) {
      assertThat(log.lastOffset()).isEqualTo(offsets.get(left - 1));
      assertThat(append(log, "250.")).isGreaterThan(log.tailer(0).offset());
      assertThat(numbers(log.tailer(0)))
          .isEqualTo(
              IntStream.concat(IntStream.range(0, left), IntStream.of(250)).boxed().toList());
    }
  }

  @Test
  void theJournalGoesOnBehindASegmentThatHasEnded() throws Exception {
    try (BatchJournal journal =
        new ChronicleBatchJournal(directory, 3_600, InstantSource.system())) {
      journal.append(1, 10);
    }
    SegmentBytes.end(SegmentBytes.last(directory));
    long place;
    try (BatchJournal journal =
        new ChronicleBatchJournal(directory, 3_600, InstantSource.system())) {
      assertThat(journal.lastPlace()).isEqualTo(1);
      place = journal.append(2, 20);
    }
    try (BatchJournal journal =
        new ChronicleBatchJournal(directory, 3_600, InstantSource.system())) {
      assertThat(journal.after(0)).containsExactly(new Entry(1, 10, 1), new Entry(2, 20, place));
    }
  }

  @Test
  void anEngineTakesAndLearnsBehindEndedSegments() throws Exception {
    Shop shop = new Shop(20, 5);
    try (Engine engine = engine()) {
      for (int i = 0; i < shop.items; i++) {
        engine.ingest().upsert(shop.item(i));
      }
      publish(engine, shop, 0, 30);
      engine.abandon();
    }
    SegmentBytes.end(SegmentBytes.last(directory.resolve("log")));
    SegmentBytes.end(SegmentBytes.last(directory.resolve("journal")));
    long hash;
    try (Engine engine = engine()) {
      assertThat(engine.status().learning().events()).isEqualTo(30);
      publish(engine, shop, 30, 60);
      hash = engine.stateHash();
      engine.abandon();
    }
    try (Engine engine = engine()) {
      assertThat(engine.status().learning().events()).isEqualTo(60);
      assertThat(engine.stateHash()).isEqualTo(hash);
    }
  }

  private Engine engine() throws IOException {
    return Engine.open(Shop.options(directory), InstantSource.system(), new SimpleMeterRegistry());
  }

  private static void publish(Engine engine, Shop shop, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      long offset = engine.ingest().publish(shop.click("s" + i % 7, i % shop.items)).offset();
      assertThat(engine.ingest().awaitApplied(offset, Patience.FAR)).isTrue();
    }
  }

  /** The next file's name is taken, so that it cannot be made; then it is free again. */
  @Test
  void anAppendThatFailsIsUnavailableUntilOneSucceeds() throws Exception {
    try (ChronicleFeedbackLog log = open()) {
      assertThat(log.notTaking()).isEmpty();
      long a = append(log, "a");
      Path inTheWay = directory.resolve("19700101-01F.cq4");
      Files.createDirectory(inTheWay);
      int accepted = 0;
      LogUnavailableException refusal = null;
      while (refusal == null) {
        try {
          fill(log, accepted, accepted + 1);
          accepted++;
        } catch (LogUnavailableException e) {
          refusal = e;
        }
        assertThat(accepted).isLessThan(200);
      }
      assertThat(refusal).hasMessageContaining("cannot be written").hasMessageContaining("01F");
      assertThat(log.notTaking()).isEqualTo(refusal.getMessage());
      assertThatThrownBy(() -> append(log, "b")).isInstanceOf(LogUnavailableException.class);
      Files.delete(inTheWay);
      assertThat(log.notTaking()).isEmpty();
      long c = append(log, "c");
      assertThat(log.notTaking()).isEmpty();
      assertThat(log.lastOffset()).isEqualTo(c);
      assertThat(c).isGreaterThan(a + accepted);
      assertThat(read(log.tailer(a + accepted))).containsExactly("c");
    }
  }
}
