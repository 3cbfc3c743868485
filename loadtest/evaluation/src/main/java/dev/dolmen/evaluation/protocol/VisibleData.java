package dev.dolmen.evaluation.protocol;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import java.util.ArrayList;
import java.util.List;

/** A dataset as a model sees it whose schema may lack slots: without what stands in those. */
public final class VisibleData {
  private final EvalDataset dataset;
  private final Schema schema;
  private final boolean whole;

  public VisibleData(EvalDataset dataset, Schema schema) {
    this.dataset = dataset;
    this.schema = schema;
    whole = schema.equals(dataset.schema());
  }

  /** The item of a number. */
  public Item item(int number) {
    Item item = dataset.item(number);
    if (whole) {
      return item;
    }
    Item.Builder visible = item.toBuilder();
    item.getSlotsMap().keySet().stream().filter(this::lacks).forEach(visible::removeSlots);
    return visible.build();
  }

  /** Every item that is clicked in either part. */
  public List<Item> items() {
    List<Item> items = new ArrayList<>();
    for (int number = 0; number < dataset.items(); number++) {
      items.add(item(number));
    }
    return items;
  }

  /** A click as the server gets it. */
  public FeedbackEvent event(EvalClick click) {
    FeedbackEvent event = dataset.event(click);
    if (whole || event.getContextCount() == 0) {
      return event;
    }
    FeedbackEvent.Builder visible = event.toBuilder();
    event.getContextMap().keySet().stream().filter(this::lacks).forEach(visible::removeContext);
    return visible.build();
  }

  private boolean lacks(String slot) {
    return schema.slotOf(slot) < 0;
  }

  /** The number of an item that is clicked. */
  public int itemNumber(String id) {
    return dataset.itemNumber(id);
  }
}
