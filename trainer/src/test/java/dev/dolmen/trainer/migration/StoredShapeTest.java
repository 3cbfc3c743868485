package dev.dolmen.trainer.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.trainer.learn.ModelSettings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What manifests tell is read as it was written. */
class StoredShapeTest {
  @Test
  void aModelIsReadAsItIsWritten() throws IOException {
    for (Schema schema :
        List.of(Schemas.small(), Schemas.everyKind(), Schemas.withVectors(Schemas.shop(), 24))) {
      ModelOptions written =
          ModelSettings.defaults()
              .with(m -> m.width(24).layers(3).heads(3).pooling(Pooling.ATTENTION).ids(false))
              .toModelOptions(schema);
      assertThat(StoredModel.read(written + ", without signals")).isEqualTo(written);
    }
  }

  @Test
  void aSchemaIsReadAsItIsWritten() throws IOException {
    for (Schema schema :
        List.of(Schemas.small(), Schemas.everyKind(), Schemas.withVectors(Schemas.shop(), 24))) {
      StoredSchema read = StoredSchema.read(schema.toString());
      assertThat(read.slots())
          .containsExactlyElementsOf(schema.slots().stream().map(StoredSlot::of).toList());
      assertThat(read.anew(schema)).isEmpty();
    }
    assertThat(StoredSchema.read(Schemas.small().toString()).quantiles())
        .containsExactly(Map.entry("price", 16));
    assertThat(StoredSchema.read(Schemas.everyKind().toString()).contexts())
        .containsExactly("device");
  }

  @Test
  void slotsThatMeanSomethingElseAreNamed() throws IOException {
    Schema small = Schemas.small();
    Schema finer =
        new Schema(
            small.slots().stream()
                .map(slot ->
                    slot.name().equals("price")
                        ? new Slot(
                            "price",
                            slot.kind(),
                            false,
                            1,
                            1,
                            new KnotOptions.Quantiles(5),
                            slot.rows())
                        : slot)
                .toList());
    assertThat(StoredSchema.read(small.toString()).anew(finer))
        .containsExactly(
            Map.entry("price", "knots at Quantiles[knots=5], they were at Quantiles[knots=16]"));
  }

  @Test
  void whatIsNoShapeIsRefused() {
    assertThatThrownBy(() -> StoredSchema.read("nothing")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> StoredModel.read("ModelOptions[width=x]"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("width=x");
    assertThatThrownBy(() -> StoredSchema.read("Schema[slots=[Slot[name=a, levels=x]]]"))
        .isInstanceOf(IOException.class);
  }
}
