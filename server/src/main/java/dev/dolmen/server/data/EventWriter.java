package dev.dolmen.server.data;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.FeedbackEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import net.openhft.hashing.LongTupleHashFunction;

/**
 * Turns interactions into feedback events. The event id follows from what the interaction says, not
 * from where it stands: the same export replayed again, or a later one that holds it, counts every
 * click once, and the next day's file under the same name is another one. One thread.
 */
public final class EventWriter {
  private static final LongTupleHashFunction HASH = LongTupleHashFunction.xx128();

  private final List<String> parts;
  private final TimeScale timeScale;
  private final List<String> columns = new ArrayList<>();
  private final List<String> slots = new ArrayList<>();

  /**
   * @param candidates columns that may be context; those that the schema has a slot for are
   */
  public EventWriter(
      RecBoleDataset dataset, TimeScale timeScale, Schema schema, List<String> candidates) {
    parts = dataset.parts().stream().map(RecBoleDataset::part).toList();
    this.timeScale = timeScale;
    for (String column : candidates) {
      for (String slot : List.of(SlotNames.of(column), SchemaInference.visitSlot(column))) {
        if (isContext(schema, slot)) {
          columns.add(column);
          slots.add(slot);
          break;
        }
      }
    }
  }

  private static boolean isContext(Schema schema, String name) {
    int slot = schema.slotOf(name);
    return slot >= 0 && schema.slots().get(slot).kind() == SlotKind.CONTEXT;
  }

  /** Columns to read as context. */
  public List<String> columns() {
    return List.copyOf(columns);
  }

  /** When it was, milliseconds since 1970. */
  public long timeMs(Interaction click) {
    return timeScale.toMillis(click.time());
  }

  /** Rows that say the same are told apart by their number, those of test from those of train. */
  private String id(Interaction click) {
    String said =
        String.join(
            "\t",
            parts.get(click.part()),
            click.session(),
            click.user(),
            click.item(),
            Long.toString(timeMs(click)),
            Integer.toString(click.type().getNumber()),
            Long.toString(click.repeat()));
    long[] hash = HASH.hashBytes(said.getBytes(StandardCharsets.UTF_8));
    return "f" + HexFormat.of().toHexDigits(hash[0]) + HexFormat.of().toHexDigits(hash[1]);
  }

  /** The event that an interaction stands for. */
  public FeedbackEvent event(Interaction click) {
    FeedbackEvent.Builder event =
        FeedbackEvent.newBuilder()
            .setEventId(id(click))
            .setSessionId(click.session())
            .setUserId(click.user())
            .setItemId(click.item())
            .setType(click.type())
            .setTime(Timestamps.fromMillis(timeMs(click)));
    for (int c = 0; c < slots.size(); c++) {
      if (!click.context().get(c).isEmpty()) {
        event.putContext(slots.get(c), click.context().get(c));
      }
    }
    return event.build();
  }
}
