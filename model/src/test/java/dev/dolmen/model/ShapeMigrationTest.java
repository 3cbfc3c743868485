package dev.dolmen.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.layer.ParameterLayout.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A model that goes on in another shape keeps what fits, part by part. */
class ShapeMigrationTest {
  private static final List<FeatureColumn> ITEM =
      List.of(
          new FeatureColumn("brand", 0, 6),
          new FeatureColumn("id", 1, 4),
          new FeatureColumn("picture", 2, 5, 3));

  private static ModelOptions options(UnaryOperator<ModelOptions.Builder> changes) {
    ModelOptions.Builder builder =
        ModelOptions.builder()
            .width(8)
            .layers(1)
            .heads(2)
            .feedForwardWidth(12)
            .maxSessionLength(5)
            .pooling(Pooling.LAST)
            .eventTypes(3)
            .gapBuckets(4)
            .itemColumns(ITEM, 1)
            .contextColumns(List.of(new FeatureColumn("device", 3, 2)))
            .idGate(true);
    return changes.apply(builder).build();
  }

  private static SessionModel learned() {
    SessionModel model = model(options(o -> o), 1);
    RandomBatch random = new RandomBatch(model.options(), 9, 21, 15, 5, 3);
    for (int n = 0; n < 4; n++) {
      random.zeroGradients();
      model.forward(random.batch, random.rows);
      model.backward(random.batch, random.rows);
      assertThat(model.step()).isTrue();
    }
    return model;
  }

  private static SessionModel model(ModelOptions options, long seed) {
    return new SessionModel(options, DenseOptimizerOptions.defaults(), seed);
  }

  private static List<PartMigration> read(SessionModel from, SessionModel into, Set<String> anew)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    from.writeTo(new DataOutputStream(bytes));
    return into.readFrom(
        new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), from.options(), anew);
  }

  private static float[] part(SessionModel model, String name) {
    Tensor tensor = model.layout().tensor(name);
    return Arrays.copyOfRange(model.parameters(), tensor.offset(), tensor.offset() + tensor.size());
  }

  private static float[] rows(SessionModel model, String name, int from, int to) {
    int columns = model.layout().tensor(name).columns();
    return Arrays.copyOfRange(part(model, name), from * columns, to * columns);
  }

  @Test
  void theSameShapeIsTheSameModel() throws IOException {
    SessionModel before = learned();
    SessionModel after = model(before.options(), 9);
    List<PartMigration> parts = read(before, after, Set.of());
    assertThat(after.stateHash()).isEqualTo(before.stateHash());
    assertThat(parts).allMatch(part -> part.kept() == part.floats() && part.reason().isEmpty());
  }

  @Test
  void columnsGoByTheirNames() throws IOException {
    SessionModel before = learned();
    List<FeatureColumn> columns =
        List.of(
            new FeatureColumn("color", 0, 3),
            new FeatureColumn("id", 1, 4),
            new FeatureColumn("picture", 2, 5, 3),
            new FeatureColumn("brand", 3, 6));
    ModelOptions other = options(o -> o.itemColumns(columns, 1));
    SessionModel after = model(other, 9);
    float[] fresh = rows(after, "item/weight", 0, 3);
    List<PartMigration> parts = read(before, after, Set.of());
    assertThat(rows(after, "item/weight", 0, 3)).containsExactly(fresh);
    assertThat(rows(after, "item/weight", 3, 7))
        .containsExactly(rows(before, "item/weight", 6, 10));
    assertThat(rows(after, "item/weight", 12, 18))
        .containsExactly(rows(before, "item/weight", 0, 6));
    assertThat(part(after, "item/picture/weight"))
        .containsExactly(part(before, "item/picture/weight"));
    assertThat(part(after, "layer0/qkv/weight")).containsExactly(part(before, "layer0/qkv/weight"));
    assertThat(parts.stream().filter(part -> !part.reason().isEmpty()))
        .containsExactly(
            new PartMigration("item/weight", 15 * 8, 18 * 8, "columns begin anew: color"));
    assertThat(SessionModel.migration(before.options(), other, Set.of())).isEqualTo(parts);
  }

  @Test
  void aColumnThatMeansSomethingElseBeginsAnew() throws IOException {
    SessionModel before = learned();
    SessionModel after = model(before.options(), 9);
    float[] fresh = rows(after, "item/weight", 10, 15);
    float[] projection = part(after, "item/picture/weight");
    read(before, after, Set.of("picture"));
    assertThat(rows(after, "item/weight", 10, 15)).containsExactly(fresh);
    assertThat(part(after, "item/picture/weight")).containsExactly(projection);
    assertThat(rows(after, "item/weight", 0, 10))
        .containsExactly(rows(before, "item/weight", 0, 10));
  }

  @Test
  void whatIsKnownByDistanceIsKeptAsFarAsItReaches() throws IOException {
    SessionModel before = learned();
    SessionModel after = model(options(o -> o.maxSessionLength(7).layers(2)), 9);
    float[] fresh = part(after, "layer0/attention/distance");
    List<PartMigration> parts = read(before, after, Set.of());
    float[] was = part(before, "layer0/attention/distance");
    float[] now = part(after, "layer0/attention/distance");
    for (int head = 0; head < 2; head++) {
      for (int distance = 0; distance < 7; distance++) {
        float expected = distance < 5 ? was[5 * head + distance] : fresh[7 * head + distance];
        assertThat(now[7 * head + distance]).isEqualTo(expected);
      }
    }
    List<String> anew = new ArrayList<>();
    parts.stream().filter(part -> part.kept() == 0).forEach(part -> anew.add(part.part()));
    assertThat(anew).isNotEmpty().allMatch(name -> name.startsWith("layer1/"));
  }

  /** A new model in all but name warms up again. */
  @Test
  void anotherWidthBeginsTheOptimizerAgain() throws IOException {
    SessionModel after = model(options(o -> o.width(16)), 9);
    List<PartMigration> parts = read(learned(), after, Set.of());
    assertThat(parts)
        .contains(new PartMigration("item/weight", 0, 15 * 16, "15 x 16, it was 15 x 8"))
        .anyMatch(part -> part.part().equals("prior/weight") && part.kept() == 1);
    SessionModel fresh = model(options(o -> o.width(16)), 9);
    assertThat(learningRateOfTheNextStep(after)).isEqualTo(learningRateOfTheNextStep(fresh));
    SessionModel same = model(options(o -> o), 9);
    read(learned(), same, Set.of());
    assertThat(learningRateOfTheNextStep(same)).isGreaterThan(learningRateOfTheNextStep(fresh));
  }

  private static double learningRateOfTheNextStep(SessionModel model) {
    RandomBatch random = new RandomBatch(model.options(), 9, 21, 15, 5, 3);
    random.zeroGradients();
    model.forward(random.batch, random.rows);
    model.backward(random.batch, random.rows);
    assertThat(model.step()).isTrue();
    return model.learningRate();
  }
}
