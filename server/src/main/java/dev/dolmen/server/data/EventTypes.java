package dev.dolmen.server.data;

import dev.dolmen.v1.EventType;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the words in a column of event types mean. Names are compared without case and without what
 * is no letter. Immutable.
 */
public final class EventTypes {
  /** Names of columns whose words are event types, if this knows any of them. */
  static final List<String> COLUMNS =
      List.of(
          "event_type",
          "event",
          "event_name",
          "action",
          "action_type",
          "behavior",
          "behavior_type",
          "behaviour",
          "interaction_type",
          "type");

  /** What an option calls the types; those that are no step of a session, too. */
  public static final List<String> TARGETS =
      List.of("view", "click", "add_to_cart", "purchase", "dwell", "dismiss", "ignore");

  /** As shops and public datasets name them. To keep an item in mind is taken as a click on it. */
  private static final Map<String, List<String>> KNOWN =
      Map.of(
          "view",
          List.of("view", "viewitem", "pageview", "productview", "detailview", "viewproduct", "pv"),
          "click",
          List.of(
              "click",
              "clickitem",
              "fav",
              "favorite",
              "favourite",
              "like",
              "follow",
              "wishlist",
              "addtowishlist",
              "addtofavorites",
              "collect",
              "share",
              "comment",
              "review"),
          "add_to_cart",
          List.of("addtocart", "cart", "addtobasket", "basket", "addtobag"),
          "purchase",
          List.of("purchase", "transaction", "buy", "order", "ordered", "checkout", "purchased"),
          "dwell",
          List.of("dwell"),
          "dismiss",
          List.of("dismiss", "dislike", "hide", "notinterested"),
          "ignore",
          List.of("impression", "show", "shown", "exposure", "removefromcart", "ignore"));

  /** What is known without being told. */
  public static final EventTypes DEFAULT = new EventTypes(known());

  private final Map<String, String> targets;

  private EventTypes(Map<String, String> targets) {
    this.targets = targets;
  }

  private static Map<String, String> known() {
    Map<String, String> all = new HashMap<>();
    KNOWN.forEach((target, words) -> words.forEach(word -> all.put(word, target)));
    return all;
  }

  /**
   * This, with other meanings of some words.
   *
   * @param words what each means, one of {@link #TARGETS}
   * @throws IllegalArgumentException naming a meaning that is none
   */
  public EventTypes with(Map<String, String> words) {
    Map<String, String> all = new HashMap<>(targets);
    words.forEach((word, target) -> {
      if (!TARGETS.contains(target)) {
        throw new IllegalArgumentException(
            word + '=' + target + ", expected one of " + TARGETS + " for " + word);
      }
      all.put(normalized(word), target);
    });
    return new EventTypes(all);
  }

  /** Whether a word has a meaning. */
  boolean knows(String word) {
    return targets.containsKey(normalized(word));
  }

  /** What a word means, one of {@link #TARGETS}; empty if nothing. */
  public Optional<String> target(String word) {
    return Optional.ofNullable(targets.get(normalized(word)));
  }

  /** The type of a meaning; empty for what is no event. */
  static Optional<EventType> type(String target) {
    return switch (target) {
      case "view" -> Optional.of(EventType.EVENT_TYPE_VIEW);
      case "click" -> Optional.of(EventType.EVENT_TYPE_CLICK);
      case "add_to_cart" -> Optional.of(EventType.EVENT_TYPE_ADD_TO_CART);
      case "purchase" -> Optional.of(EventType.EVENT_TYPE_PURCHASE);
      case "dwell" -> Optional.of(EventType.EVENT_TYPE_DWELL);
      case "dismiss" -> Optional.of(EventType.EVENT_TYPE_DISMISS);
      default -> Optional.empty();
    };
  }

  private static String normalized(String word) {
    StringBuilder letters = new StringBuilder();
    for (char c : word.toLowerCase(Locale.ROOT).toCharArray()) {
      if (Character.isLetterOrDigit(c)) {
        letters.append(c);
      }
    }
    return letters.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EventTypes types && types.targets.equals(targets);
  }

  @Override
  public int hashCode() {
    return targets.hashCode();
  }
}
