package dev.dolmen.trainer.log;

import static dev.dolmen.trainer.log.FeedbackLogContract.append;
import static dev.dolmen.trainer.log.FeedbackLogContract.fill;
import static dev.dolmen.trainer.log.FeedbackLogContract.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes of a log that are not what was written: they are found, named, and can be given up. */
class LogDamageTest {
  /** Records of 10 kB in files of 1 MiB: some hundred a file. */
  private static final int RECORDS = 250;

  @TempDir Path directory;

  private ChronicleFeedbackLog open() throws IOException {
    return new ChronicleFeedbackLog(directory, 1L << 20, 16L << 20, false);
  }

  private List<Long> write() throws IOException {
    try (ChronicleFeedbackLog log = open()) {
      return fill(log, 0, RECORDS);
    }
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  /** Numbers up to where reading fails, which must name the place. */
  private List<Integer> readUpToDamage(ChronicleFeedbackLog log, Path file, long position) {
    List<Integer> read = new ArrayList<>();
    try (LogTailer tailer = log.tailer(0)) {
      assertThatThrownBy(
              () -> {
                while (tailer.next()) {
                  String text =
                      new String(tailer.bytes(), 0, 10, java.nio.charset.StandardCharsets.UTF_8);
                  read.add(Integer.valueOf(text.substring(0, text.indexOf('.'))));
                }
              })
          .isInstanceOf(LogDamagedException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("at byte " + position);
    }
    return read;
  }

  private static void flip(Path file, long at) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      java.nio.ByteBuffer one = java.nio.ByteBuffer.allocate(1);
      channel.read(one, at);
      SegmentBytes.write(file, at, new byte[] {(byte) (one.get(0) ^ 4)});
    }
  }

  private static void truncate(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  private int recordsBefore(Path file) throws IOException {
    int records = 0;
    for (Path each : SegmentBytes.files(directory)) {
      if (each.equals(file)) {
        return records;
      }
      records += SegmentBytes.positions(each).size() - 1;
    }
    throw new AssertionError(file);
  }

  @Test
  void aFlippedBitOfTheLastFileIsFoundAtTheStart() throws Exception {
    List<Long> offsets = write();
    Path file = SegmentBytes.last(directory);
    long at = SegmentBytes.positions(file).get(3);
    int lost = recordsBefore(file) + 3;
    flip(file, at + 5_000);
    try (ChronicleFeedbackLog log = open()) {
      assertThat(log.notTaking())
          .contains(file + " at byte " + at)
          .contains("log offset " + offsets.get(lost))
          .contains("checksum");
      assertThatThrownBy(() -> append(log, "x")).isInstanceOf(LogUnavailableException.class);
      assertThat(readUpToDamage(log, file, at)).isEqualTo(range(0, lost));
    }
  }

  @Test
  void aFlippedBitOfAnyByteOfARecordIsFound() throws Exception {
    List<Long> offsets = write();
    Path file = SegmentBytes.files(directory).getFirst();
    long at = SegmentBytes.positions(file).get(3);
    byte[] whole = Files.readAllBytes(file);
    // Header, version, checksum, number, payload.
    for (int position : new int[] {0, 1, 2, 3, 4, 5, 8, 9, 12, 13, 14, 5_000, 10_012}) {
      flip(file, at + position);
      try (ChronicleFeedbackLog log = open()) {
        assertThat(readUpToDamage(log, file, at)).isEqualTo(range(0, 3));
        assertThat(numbers(log.tailer(offsets.get(200)))).isEqualTo(range(201, RECORDS));
      }
      Files.write(file, whole, StandardOpenOption.WRITE);
    }
    try (ChronicleFeedbackLog log = open()) {
      assertThat(numbers(log.tailer(0))).isEqualTo(range(0, RECORDS));
    }
  }

  @Test
  void aZeroedPageIsFoundAndAppendingDoesNotGoOverWhatIsBehind() throws Exception {
    write();
    Path file = SegmentBytes.last(directory);
    long at = SegmentBytes.positions(file).get(4);
    int lost = recordsBefore(file) + 4;
    SegmentBytes.write(file, at, new byte[4_096]);
    byte[] before = Files.readAllBytes(file);
    try (ChronicleFeedbackLog log = open()) {
      assertThat(log.notTaking()).contains(file + " at byte " + at).contains("records are behind");
      assertThatThrownBy(() -> append(log, "x")).isInstanceOf(LogUnavailableException.class);
      assertThat(readUpToDamage(log, file, at)).isEqualTo(range(0, lost));
    }
    assertThat(Files.readAllBytes(file)).startsWith(before);
  }

  /** A server may be running, and the file grow beyond what was mapped of it. */
  @Test
  void whatIsAppendedWhileALogIsLookedAtIsNoDamage() throws Exception {
    try (ChronicleFeedbackLog log =
        new ChronicleFeedbackLog(directory, 1L << 30, 16L << 20, false)) {
      long first = fill(log, 0, 1).getFirst();
      Path file = SegmentBytes.last(directory);
      long mapped = Files.size(file);
      long[] seen = new long[1];
      SegmentScan.Walked walked =
          SegmentScan.walk(
              file,
              0,
              first,
              0,
              (at, offset, payload) -> {
                if (seen[0]++ == 0) {
                  fill(log, 1, 3_000);
                }
              });
      assertThat(Files.size(file)).isGreaterThan(mapped);
      assertThat(walked.damage()).isNull();
      assertThat(seen[0]).isEqualTo(3_000);
    }
  }

  @Test
  void aFirstPageThatIsZeroedIsFound() throws Exception {
    write();
    Path file = SegmentBytes.last(directory);
    SegmentBytes.write(file, 0, new byte[4_096]);
    int lost = recordsBefore(file);
    try (ChronicleFeedbackLog log = open()) {
      assertThat(log.notTaking()).contains(file + " at byte 0");
      assertThat(readUpToDamage(log, file, 0)).isEqualTo(range(0, lost));
    }
  }

  @Test
  void aFileCutInHalfIsFound() throws Exception {
    for (int number : new int[] {0, 2}) {
      write();
      Path file = SegmentBytes.files(directory).get(number);
      List<Long> positions = SegmentBytes.positions(file);
      int before = recordsBefore(file);
      truncate(file, positions.get(20) + 100);
      try (ChronicleFeedbackLog log = open()) {
        assertThat(readUpToDamage(log, file, positions.get(20))).isEqualTo(range(0, before + 20));
      }
      empty();
    }
  }

  @Test
  void aMissingFileIsFound() throws Exception {
    write();
    Path file = SegmentBytes.files(directory).get(1);
    int before = recordsBefore(file);
    Files.delete(file);
    try (ChronicleFeedbackLog log = open()) {
      assertThat(readUpToDamage(log, file, 0)).isEqualTo(range(0, before));
    }
  }

  private void empty() throws IOException {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  /** As records were written before they had checksums. */
  private void writePlain(String... records) {
    try (SingleChronicleQueue queue =
            SingleChronicleQueueBuilder.binary(directory)
                .rollCycle(RollCycles.FAST_HOURLY)
                .timeProvider(() -> 0)
                .build();
        ExcerptAppender appender = queue.createAppender()) {
      for (String record : records) {
        appender.writeBytes(
            Bytes.wrapForRead(record.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      }
    }
  }

  @Test
  void recordsWithoutChecksumsAreReadAndThoseBehindThemHaveSome() throws Exception {
    writePlain("a", "b");
    try (ChronicleFeedbackLog log = open()) {
      assertThat(FeedbackLogContract.read(log.tailer(0))).containsExactly("a", "b");
      append(log, "c");
    }
    try (ChronicleFeedbackLog log = open()) {
      assertThat(FeedbackLogContract.read(log.tailer(0))).containsExactly("a", "b", "c");
      assertThat(FeedbackLogContract.read(log.tailer(2))).containsExactly("c");
    }
    LogRepair.Report report = new LogRepair(directory).verify();
    assertThat(report.records()).isEqualTo(3);
    assertThat(report.unchecked()).isEqualTo(2);
    assertThat(report.damages()).isEmpty();
    // One that has lost its version is not taken for one of before.
    Path file = SegmentBytes.last(directory);
    SegmentBytes.write(file, SegmentBytes.positions(file).get(2) + 4, new byte[] {'c'});
    assertThat(new LogRepair(directory).verify().damages()).hasSize(1);
  }

  @Test
  void cutEndsTheLogThereAndItsOffsetsAreNotUsedAgain() throws Exception {
    List<Long> offsets = write();
    Path file = SegmentBytes.files(directory).get(1);
    int before = recordsBefore(file) + 7;
    flip(file, SegmentBytes.positions(file).get(7) + 100);
    LogRepair.Report report = new LogRepair(directory).verify();
    assertThat(report.segments()).isEqualTo(3);
    assertThat(report.records()).isEqualTo(RECORDS - 1);
    assertThat(report.damages())
        .singleElement()
        .satisfies(damage -> {
          assertThat(damage.offset()).isEqualTo(offsets.get(before));
          assertThat(damage.nextOffset()).isEqualTo(offsets.get(before + 1));
        });
    new LogRepair(directory).cut();
    assertThat(new LogRepair(directory).verify().damages()).isEmpty();
    long next;
    try (ChronicleFeedbackLog log = open()) {
      assertThat(log.notTaking()).isEmpty();
      assertThat(numbers(log.tailer(0))).isEqualTo(range(0, before));
      next = fill(log, RECORDS, RECORDS + 2).getFirst();
      assertThat(next).isGreaterThan(offsets.getLast());
      // A reader that had come further goes on behind what is gone.
      assertThat(numbers(log.tailer(offsets.get(before + 30))))
          .isEqualTo(List.of(RECORDS, RECORDS + 1));
    }
    try (ChronicleFeedbackLog log = open()) {
      assertThat(numbers(log.tailer(offsets.getFirst())))
          .isEqualTo(
              IntStream.concat(IntStream.range(1, before), IntStream.of(250, 251))
                  .boxed()
                  .toList());
      assertThat(log.notTaking()).isEmpty();
    }
    assertThat(file.resolveSibling(file.getFileName() + ".damaged")).exists();
  }

  @Test
  void skipGivesUpWhatIsDamagedAndNothingElse() throws Exception {
    List<Long> offsets = write();
    Path first = SegmentBytes.files(directory).getFirst();
    Path last = SegmentBytes.last(directory);
    flip(first, SegmentBytes.positions(first).get(5) + 100);
    int hole = recordsBefore(last) + 2;
    List<Long> positions = SegmentBytes.positions(last);
    // From within one record over another into a third.
    SegmentBytes.write(last, positions.get(2) + 50, new byte[25_000]);
    new LogRepair(directory).skip();
    LogRepair.Report report = new LogRepair(directory).verify();
    assertThat(report.damages()).isEmpty();
    List<Integer> left =
        range(0, RECORDS).stream().filter(n -> n != 5 && (n < hole || n > hole + 2)).toList();
    assertThat(report.records()).isEqualTo(left.size());
    try (ChronicleFeedbackLog log = open()) {
      assertThat(log.notTaking()).isEmpty();
      assertThat(numbers(log.tailer(0))).isEqualTo(left);
      assertThat(log.lastOffset()).isEqualTo(offsets.getLast());
      assertThat(numbers(log.tailer(offsets.get(hole)))).isEqualTo(range(hole + 3, RECORDS));
      assertThat(fill(log, RECORDS, RECORDS + 1).getFirst()).isEqualTo(offsets.getLast() + 1);
    }
    try (ChronicleFeedbackLog log = open()) {
      assertThat(numbers(log.tailer(offsets.getLast()))).isEqualTo(List.of(RECORDS));
    }
  }

  @Test
  void skipGivesUpTheRestOfAFileThatBreaksOffAndOneThatIsMissing() throws Exception {
    List<Long> offsets = write();
    List<Path> files = SegmentBytes.files(directory);
    int second = recordsBefore(files.get(1));
    int third = recordsBefore(files.get(2));
    List<Long> positions = SegmentBytes.positions(files.getFirst());
    truncate(files.getFirst(), positions.get(10) + 7);
    Files.delete(files.get(1));
    assertThat(new LogRepair(directory).verify().damages()).hasSize(2);
    new LogRepair(directory).skip();
    assertThat(new LogRepair(directory).verify().damages()).isEmpty();
    try (ChronicleFeedbackLog log = open()) {
      assertThat(log.notTaking()).isEmpty();
      assertThat(numbers(log.tailer(0)))
          .isEqualTo(
              IntStream.concat(IntStream.range(0, 10), IntStream.range(third, RECORDS))
                  .boxed()
                  .toList());
      assertThat(numbers(log.tailer(offsets.get(second)))).isEqualTo(range(third, RECORDS));
      assertThat(append(log, "x.")).isEqualTo(offsets.getLast() + 1);
    }
  }

  @Test
  void theJournalGivesUpWhatIsDamagedByItself() throws Exception {
    try (BatchJournal journal =
        new ChronicleBatchJournal(directory, 3_600, InstantSource.system())) {
      for (long n = 1; n <= 9; n++) {
        journal.append(n, 100 * n);
      }
    }
    Path file = SegmentBytes.last(directory);
    flip(file, SegmentBytes.positions(file).get(4) + 14);
    long place;
    try (BatchJournal journal =
        new ChronicleBatchJournal(directory, 3_600, InstantSource.system())) {
      assertThat(journal.after(0)).hasSize(4);
      place = journal.append(5, 501);
      assertThat(place).isGreaterThan(9);
    }
    try (BatchJournal journal =
        new ChronicleBatchJournal(directory, 3_600, InstantSource.system())) {
      assertThat(journal.after(3))
          .containsExactly(
              new BatchJournal.Entry(4, 400, 4), new BatchJournal.Entry(5, 501, place));
    }
  }
}
