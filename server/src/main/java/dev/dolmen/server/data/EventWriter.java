package dev.dolmen.server.data;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns interactions into feedback events. The event id is the interaction's place in its file, so
 * that a replay that is repeated against the same server counts every click once.
 */
public final class EventWriter {
  private final List<String> files;
  private final TimeScale timeScale;
  private final List<String> columns = new ArrayList<>();
  private final List<String> slots = new ArrayList<>();

  /**
   * @param candidates columns that may be context; those that the schema has a slot for are
   */
  public EventWriter(
      RecBoleDataset dataset, TimeScale timeScale, Schema schema, List<String> candidates) {
    files = dataset.parts().stream().map(p -> String.valueOf(p.getFileName())).toList();
    this.timeScale = timeScale;
    for (String column : candidates) {
      for (String slot : List.of(column, "visit_" + column)) {
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

  /** The click that an interaction stands for. */
  public FeedbackEvent event(Interaction click) {
    FeedbackEvent.Builder event =
        FeedbackEvent.newBuilder()
            .setEventId(files.get(click.part()) + ":" + click.line())
            .setSessionId(click.session())
            .setUserId(click.user())
            .setItemId(click.item())
            .setType(EventType.EVENT_TYPE_CLICK)
            .setTime(Timestamps.fromMillis(timeMs(click)));
    for (int c = 0; c < slots.size(); c++) {
      if (!click.context().get(c).isEmpty()) {
        event.putContext(slots.get(c), click.context().get(c));
      }
    }
    return event.build();
  }
}
