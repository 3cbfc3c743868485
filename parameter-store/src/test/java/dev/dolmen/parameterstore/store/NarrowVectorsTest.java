package dev.dolmen.parameterstore.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.WeightStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processors have vectors of other widths, or none: the same rows come of it. */
class NarrowVectorsTest {
  private static final int DIM = 37;
  private static final int ROWS = 50;

  /** Four bytes stand for a processor without vectors, for which Java has a width of 64 bits. */
  @ParameterizedTest
  @ValueSource(ints = {4, 16})
  void rowsAreTheSame(int bytes) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("..", "jvm.options"),
                "-Xmx256m",
                "-Xlog:disable",
                "-XX:MaxVectorSize=" + bytes,
                "-cp",
                System.getProperty("java.class.path"),
                NarrowVectorsTest.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed.lines().toList())
        .hasSize(WeightStorage.values().length + 1)
        .contains("lanes " + Math.max(2, bytes / Float.BYTES))
        .containsAll(rows());
  }

  /** A line for each way to store weights, of rows that have been learned a little. */
  private static List<String> rows() {
    return Arrays.stream(WeightStorage.values()).map(NarrowVectorsTest::rows).toList();
  }

  private static String rows(WeightStorage storage) {
    Schema schema =
        new Schema(
            List.of(
                Schemas.slot(
                    "item", SlotKind.ID, Schemas.rows(DIM, 1, 0, 1_000).withStorage(storage))));
    long[] fids = LongStream.rangeClosed(1, ROWS).toArray();
    int[] once = new int[ROWS];
    Arrays.fill(once, 1);
    float[] rows = new float[ROWS * DIM];
    try (EmbeddingTable table = new ChronicleEmbeddingTable(schema, 7)) {
      int n = table.gatherForTraining(0, fids, once, 0, ROWS, 1, rows, 0);
      table.applyGradients(0, fids, 0, n, rows.clone(), 0);
      table.gather(0, fids, 0, ROWS, rows, 0);
      return storage + " " + n + " " + Arrays.hashCode(rows);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Prints what the test compares. */
  public static void main(String[] args) {
    System.out.println("lanes " + FloatVector.SPECIES_PREFERRED.length());
    rows().forEach(System.out::println);
  }
}
