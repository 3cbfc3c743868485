package dev.dolmen.evaluation.protocol;

import dev.dolmen.server.data.ArrivalPlaces;
import dev.dolmen.v1.Item;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Before which click of what is learned each item of a plan comes into the catalogue, by the same
 * rule as wherever else files are learned from. Where history is learned first, all of its items
 * have come in its end. Immutable.
 */
public final class PlanArrivals {
  private final List<Arrival> arrivals;

  /**
   * An item comes.
   *
   * @param item its number
   * @param click number of the click in what is learned, before which it comes
   */
  private record Arrival(int item, long click) {}

  private PlanArrivals(List<Arrival> arrivals) {
    this.arrivals = arrivals;
  }

  /**
   * Of a plan on a dataset.
   *
   * @param batchEvents clicks that are learned together at most
   * @param seed of what is drawn where no births are known
   */
  public static PlanArrivals of(Plan plan, EvalDataset dataset, int batchEvents, long seed) {
    boolean history = plan.stream().isEmpty();
    List<EvalClick> learned = history ? plan.history() : plan.stream();
    ArrivalPlaces places =
        new ArrivalPlaces(dataset.schema(), dataset.timeScale().isEpoch(), batchEvents, seed);
    BitSet items = (BitSet) plan.catalogue().clone();
    for (EvalClick click : learned) {
      places.click(click.row().item(), click.timeMs());
      items.set(click.item());
    }
    List<Arrival> arrivals = new ArrayList<>();
    for (int number : items.stream().toArray()) {
      Item item = dataset.item(number);
      long place = places.of(item);
      places.check(item, place);
      arrivals.add(new Arrival(number, place));
    }
    arrivals.sort(Comparator.comparingLong(Arrival::click));
    return new PlanArrivals(arrivals);
  }

  /**
   * All of the plan's items that are there from the beginning are, and others come when clicked.
   */
  public static PlanArrivals none(Plan plan) {
    return new PlanArrivals(
        plan.catalogue().stream().mapToObj(item -> new Arrival(item, 0)).toList());
  }

  /** Items that are there before anything is learned. */
  public BitSet beginning() {
    BitSet items = new BitSet();
    arrivals.stream().takeWhile(a -> a.click <= 0).forEach(a -> items.set(a.item));
    return items;
  }

  /**
   * By item: number of the click before which it comes; 0 or less where it is there from the
   * beginning.
   */
  public Map<Integer, Long> places() {
    return arrivals.stream().collect(Collectors.toMap(Arrival::item, Arrival::click));
  }

  /** A walk along what is learned, behind what is there from the beginning. */
  public Walk walk() {
    return new Walk();
  }

  /** Where one is in what is learned. One thread. */
  public final class Walk {
    private int next = beginning().cardinality();

    private Walk() {}

    /** Whether items come before this click that have not come yet. */
    public boolean any(long click) {
      return next < arrivals.size() && arrivals.get(next).click <= click;
    }

    /** The items that come before this click and have not come yet. */
    public BitSet before(long click) {
      BitSet items = new BitSet();
      int end =
          IntStream.range(next, arrivals.size())
              .filter(i -> arrivals.get(i).click > click)
              .findFirst()
              .orElse(arrivals.size());
      arrivals.subList(next, end).forEach(a -> items.set(a.item));
      next = end;
      return items;
    }
  }
}
