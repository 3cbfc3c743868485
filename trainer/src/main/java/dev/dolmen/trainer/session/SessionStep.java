package dev.dolmen.trainer.session;

import com.google.protobuf.Timestamp;
import dev.dolmen.v1.EventType;

/**
 * Which events are steps of a session: the one rule of training, serving, impressions and
 * baselines. To view an item, to click on it, to add it to the cart and to purchase it are steps;
 * an event without a type is a click.
 *
 * <p>A dismissal is no step: the item was not wanted. To dwell on an item is none either, whether
 * the session has seen the item or not: a dwell says how long a view lasted, it is no further step
 * on the way, and the view itself comes as an event of its own. Training never makes a token of a
 * dwell, so the model must not be asked about one in serving.
 */
public final class SessionStep {
  private SessionStep() {}

  /** Whether an event of this type extends its session. */
  public static boolean isStep(EventType type) {
    return switch (type) {
      case EVENT_TYPE_UNSPECIFIED,
          EVENT_TYPE_VIEW,
          EVENT_TYPE_CLICK,
          EVENT_TYPE_ADD_TO_CART,
          EVENT_TYPE_PURCHASE ->
          true;
      case EVENT_TYPE_DWELL, EVENT_TYPE_DISMISS, UNRECOGNIZED -> false;
    };
  }

  /** The same of a type by its number, which may be one that is not known. */
  public static boolean isStep(int typeNumber) {
    EventType type = EventType.forNumber(typeNumber);
    return type != null && isStep(type);
  }

  /** The type that is meant: an event without one is a click. */
  public static EventType meant(EventType type) {
    return type == EventType.EVENT_TYPE_UNSPECIFIED ? EventType.EVENT_TYPE_CLICK : type;
  }

  /** Number of a step's type, as sessions keep it and the model's embeddings of types are read. */
  public static int typeOf(EventType type) {
    return meant(type).getNumber();
  }

  /** A time in milliseconds since 1970, what is below a millisecond cut off. */
  public static long timeMs(Timestamp time) {
    return time.getSeconds() * 1_000 + time.getNanos() / 1_000_000;
  }
}
