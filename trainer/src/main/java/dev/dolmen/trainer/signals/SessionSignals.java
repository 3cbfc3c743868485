package dev.dolmen.trainer.signals;

import dev.dolmen.model.data.SignalFeatures;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.SignalNetwork;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * What a session's items say about the next one, beside the session's vector: which items it has
 * seen, which were visited together with those, of late and over a long time, and which are like
 * those by their metadata, which counts for the less, the more an item has been visited, and for
 * nothing from ten visits on. The strength of a neighbour is the sum over the session's last {@link
 * CoVisits#REACH} distinct items of their share of visits that went to it, the d-th from the end
 * weighing 1 / (1 + d).
 *
 * <p>The same in training and in serving. Reused by one thread.
 */
public final class SessionSignals {
  /** Visits that an item must have for half of its shares to count: rare ones prove little. */
  private static final float SMOOTHING = 3;

  /**
   * Distinct items of the session whose likes are looked at. With three of them, items that nobody
   * has visited were found far worse than by the mean of all that a user has, where that is much
   * (CiteULike, users with up to twenty articles: docs/measurements/2026-11-29-like-reach.md).
   * Within a batch and between two changes of the catalog an item's likes are found once.
   */
  static final int LIKE_REACH = 20;

  /** Visits from which on likeness says nothing of an item any more. */
  private static final float ESTABLISHED = 10;

  /** What likeness weighs next to having been visited together, where candidates are chosen. */
  private static final float BY_CONTENT = 0.1f;

  private final CoVisitReader coVisits;
  private final SimilarSessions past;
  private final LikeItems like;
  private final SignalFeatures.Likeness likeness = new SignalFeatures.Likeness();
  private final ItemPlaces places = new ItemPlaces();
  private int[] items = new int[64];

  /** Events from the session's end back to the item, 1 for its last; 0 if it has not seen it. */
  private int[] distances = new int[64];

  private float[] longTerm = new float[64];
  private float[] recent = new float[64];
  private float[] shares = new float[64];
  private float[] similarities = new float[64];
  private float[] mostLike = new float[64];
  private float[] likeLast = new float[64];
  private float[] likeMean = new float[64];
  private final int[] lastItems = new int[LIKE_REACH];
  private final float[] lastWeights = new float[LIKE_REACH];
  private float likeWeight;

  private int[] occurrences = new int[64];
  private SignalFeatures.OfSession session = new SignalFeatures.OfSession(0, 0, 0);
  private final SignalNetwork network = new SignalNetwork(Kernels.best());
  private final float[][] features = new float[SignalFeatures.COUNT][64];
  private float[] added = new float[64];

  /** Items that something is added to. */
  private int[] spoken = new int[64];

  /**
   * Whether all but the items of the first {@link #asked} places and the session's are left out.
   */
  private boolean some;

  private int asked;

  /**
   * @param coVisits items visited together
   * @param content what items' metadata say
   */
  public SessionSignals(CoVisitReader coVisits, ContentReader content) {
    like = new LikeItems(content);
    this.coVisits = coVisits;
    past = new SimilarSessions(coVisits.sessions());
  }

  /**
   * Reads a session, no item of which is taken for one that has just come.
   *
   * @param items indexes in the catalogue, the oldest first; negative ones are passed over
   * @param to end of the session, exclusive
   */
  public void of(int[] items, int from, int to) {
    of(items, from, to, item -> false);
  }

  /**
   * Reads a session.
   *
   * @param items indexes in the catalogue, the oldest first; negative ones are passed over
   * @param to end of the session, exclusive
   * @param asNew items that are to be taken for ones that have just come
   */
  public void of(int[] items, int from, int to, IntPredicate asNew) {
    clear();
    some = false;
    read(items, from, to, asNew);
  }

  /**
   * Reads a session for some items alone: what is known of these, and what {@link #addTo} adds to
   * them, is the same as if all were read, and of no other item anything is added.
   *
   * @param items indexes in the catalogue, the oldest first; negative ones are passed over
   * @param to end of the session, exclusive
   * @param wanted the items; negative ones are passed over
   * @param count how many there are
   */
  public void ofSome(int[] items, int from, int to, int[] wanted, int count) {
    clear();
    for (int i = 0; i < count; i++) {
      if (wanted[i] >= 0) {
        var _ = find(wanted[i]);
      }
    }
    some = true;
    asked = places.size();
    read(items, from, to, item -> false);
  }

  private void read(int[] items, int from, int to, IntPredicate asNew) {
    int distinct = 0;
    int events = 0;
    float visitsOfLast = 0;
    for (int t = to - 1; t >= from; t--) {
      if (items[t] < 0) {
        continue;
      }
      if (events++ == 0) {
        visitsOfLast = coVisits.visits(items[t]);
      }
      int at = find(items[t]);
      if (distances[at] == 0) {
        distances[at] = to - t;
        if (distinct < SimilarSessions.REACH) {
          past.add(items[t], to - t);
        }
        if (distinct < LIKE_REACH) {
          lastItems[distinct] = items[t];
          lastWeights[distinct] = 1f / (to - t);
          likeWeight += lastWeights[distinct];
        }
        if (distinct++ < CoVisits.REACH) {
          addNeighbors(items[t], 1f / (to - t));
        }
      }
      occurrences[at]++;
    }
    addNeighborSessions();
    for (int i = 0; i < Math.min(distinct, LIKE_REACH); i++) {
      addLike(lastItems[i], lastWeights[i], i == 0, asNew);
    }
    session = new SignalFeatures.OfSession(events, events - distinct, visitsOfLast);
  }

  /** Of items that the session has seen its own path tells more: it is among the past ones, too. */
  private void addNeighborSessions() {
    past.cut();
    float total = 0;
    for (int n = 0; n < past.size(); n++) {
      total += past.weight(n);
    }
    for (int n = 0; n < past.size(); n++) {
      float share = past.weight(n) / total;
      float similarity = past.similarity(n);
      for (long each : past.items(n)) {
        int item = (int) each;
        if (counts(item) && coVisits.lives(item, (int) (each >>> 32))) {
          int at = find(item);
          if (distances[at] == 0) {
            shares[at] += share;
            similarities[at] = Math.max(similarities[at], similarity);
          }
        }
      }
    }
  }

  /** Of an established item that is not taken for a new one, likeness says nothing. */
  private void addLike(int item, float weight, boolean last, IntPredicate asNew) {
    LikeItems.Found found = like.of(item);
    for (int i = 0; i < found.size(); i++) {
      int other = found.items()[i];
      if (!counts(other)) {
        continue;
      }
      if (coVisits.visits(other) >= ESTABLISHED && !asNew.test(other)) {
        continue;
      }
      int at = find(other);
      float by = found.likeness()[i];
      mostLike[at] = Math.max(mostLike[at], by);
      likeMean[at] += weight * by;
      if (last) {
        likeLast[at] = by;
      }
    }
  }

  private void addNeighbors(int item, float weight) {
    Neighbors neighbors = coVisits.of(item);
    float byLong = byLong(neighbors, weight);
    float byRecent = byRecent(neighbors, weight);
    for (int i = 0; i < neighbors.size(); i++) {
      if (counts(neighbors.item(i)) && coVisits.lives(neighbors.item(i), neighbors.birth(i))) {
        int at = find(neighbors.item(i));
        longTerm[at] += neighbors.longTerm(i) * byLong;
        recent[at] += neighbors.recent(i) * byRecent;
      }
    }
  }

  /** Whether anything has to be known of an item that the session does not name. */
  private boolean counts(int item) {
    return !some || places.contains(item);
  }

  /** What a count over a long time weighs as a share of its item's visits, times a weight. */
  float byLong(Neighbors neighbors, float weight) {
    float keep = coVisits.keepLong(neighbors.atEvent());
    return weight * keep / (neighbors.totalLong() * keep + SMOOTHING);
  }

  /** The same of recent counts. */
  float byRecent(Neighbors neighbors, float weight) {
    float keep = coVisits.keepRecent(neighbors.atEvent());
    return weight * keep / (neighbors.totalRecent() * keep + SMOOTHING);
  }

  /** Items that something is known of. */
  public int size() {
    return places.size();
  }

  /** The item at a place below {@link #size}; each occurs once. */
  public int item(int place) {
    return items[place];
  }

  /** Whether the session itself has seen the item at a place. */
  private boolean isSeen(int place) {
    return distances[place] > 0;
  }

  /** How much of an item's likeness counts: all of it as long as nobody has visited the item. */
  private float unvisited(int place, boolean asNew) {
    return asNew ? 1 : Math.max(0, 1 - coVisits.visits(items[place]) / ESTABLISHED);
  }

  /**
   * Whether the session speaks of the item at a place: it has seen it, it was visited together with
   * its last ones, or hardly anybody has visited it and it is like one of these.
   *
   * @param asNew whether it is to be taken for one that has just come
   */
  public boolean speaksOf(int place, boolean asNew) {
    return isSeen(place) || strength(place, asNew) > 0;
  }

  /**
   * Sum of the strengths of the item at a place, 0 or more.
   *
   * @param asNew whether it is to be taken for one that has just come
   */
  public float strength(int place, boolean asNew) {
    float byContent =
        likeMean[place] > 0
            ? unvisited(place, asNew) * BY_CONTENT * likeMean[place] / likeWeight
            : 0;
    return asNew ? byContent : longTerm[place] + recent[place] + shares[place] + byContent;
  }

  /**
   * Writes the features of the item at a place.
   *
   * @param asNew whether only what would be known of it had it just come: what the session itself
   *     did, and what its metadata say
   * @param out columns, [{@link SignalFeatures#COUNT}, n]
   * @param at the place in them that is overwritten
   */
  public void features(int place, boolean asNew, float[][] out, int at) {
    likenessOf(place, unvisited(place, asNew));
    SignalFeatures.write(
        distances[place],
        occurrences[place],
        asNew ? 0 : longTerm[place],
        asNew ? 0 : recent[place],
        asNew ? 0 : shares[place],
        asNew ? 0 : similarities[place],
        asNew ? 0 : coVisits.visits(items[place]),
        likeness,
        session,
        out,
        at);
  }

  private void likenessOf(int place, float share) {
    likeness.share = share;
    likeness.most = share * mostLike[place];
    likeness.toLast = share * likeLast[place];
    likeness.mean = likeWeight > 0 ? share * likeMean[place] / likeWeight : 0;
  }

  /** What is known of an item, to be told apart by {@link SignalParts}; -1 if nothing is. */
  int placeOf(int item) {
    return places.contains(item) ? places.place(item) : -1;
  }

  /** Events from the session's end back to the item at a place, 1 for its last; 0 if not seen. */
  int distance(int place) {
    return distances[place];
  }

  /**
   * Writes the features that the item at a place would have, were only some of the signals known.
   *
   * @param known which, by {@link SignalParts.Signal#bit}
   * @param out columns, [{@link SignalFeatures#COUNT}, n]
   * @param at the place in them that is overwritten
   */
  void featuresOfSome(int place, int known, float[][] out, int at) {
    boolean seen = SignalParts.Signal.SEEN.isIn(known);
    boolean similar = SignalParts.Signal.SIMILAR_VISITS.isIn(known);
    likenessOf(place, unvisited(place, false));
    SignalFeatures.write(
        seen ? distances[place] : 0,
        seen ? occurrences[place] : 0,
        SignalParts.Signal.TOGETHER.isIn(known) ? longTerm[place] : 0,
        SignalParts.Signal.TOGETHER_RECENTLY.isIn(known) ? recent[place] : 0,
        similar ? shares[place] : 0,
        similar ? similarities[place] : 0,
        coVisits.visits(items[place]),
        likeness,
        session,
        out,
        at);
  }

  /** Items visited together with an item of the session. */
  Neighbors neighbors(int item) {
    return coVisits.of(item);
  }

  /** Items that are like an item of the session by their metadata. */
  LikeItems.Found likes(int item) {
    return like.of(item);
  }

  /** The past sessions most like this one. */
  SimilarSessions past() {
    return past;
  }

  /** Whether an item is still the one that was there at a birth. */
  boolean lives(int item, int birth) {
    return coVisits.lives(item, birth);
  }

  /**
   * Adds a query with what the signals add to the items' scores.
   *
   * @param learned the model's network, [{@link SignalNetwork#PARAMETERS}]
   */
  public void addTo(ScoreBonuses bonuses, float[] learned) {
    bonuses.nextQuery();
    int size = some ? asked : size();
    if (added.length < size) {
      added = new float[2 * size];
      spoken = new int[2 * size];
      for (int f = 0; f < SignalFeatures.COUNT; f++) {
        features[f] = new float[2 * size];
      }
    }
    int n = 0;
    for (int place = 0; place < size; place++) {
      if (speaksOf(place, false)) {
        features(place, false, features, n);
        spoken[n++] = items[place];
      }
    }
    network.forward(learned, 0, features, n, added);
    for (int i = 0; i < n; i++) {
      bonuses.add(spoken[i], added[i]);
    }
    bonuses.endQuery();
  }

  /**
   * Rank of an item by the sum of its two strengths alone, from 1, ties against it; {@link
   * Integer#MAX_VALUE} if it was not visited together with the session's items.
   */
  public int rankByVisits(int item) {
    int size = size();
    int place = 0;
    while (place < size && items[place] != item) {
      place++;
    }
    float own = place < size ? longTerm[place] + recent[place] : 0;
    if (own <= 0) {
      return Integer.MAX_VALUE;
    }
    int rank = 0;
    for (int other = 0; other < size; other++) {
      rank += longTerm[other] + recent[other] >= own ? 1 : 0;
    }
    return rank;
  }

  private void clear() {
    int before = size();
    Arrays.fill(distances, 0, before, 0);
    Arrays.fill(occurrences, 0, before, 0);
    Arrays.fill(longTerm, 0, before, 0);
    Arrays.fill(recent, 0, before, 0);
    Arrays.fill(shares, 0, before, 0);
    Arrays.fill(similarities, 0, before, 0);
    Arrays.fill(mostLike, 0, before, 0);
    Arrays.fill(likeLast, 0, before, 0);
    Arrays.fill(likeMean, 0, before, 0);
    places.clear();
    likeWeight = 0;
    past.clear();
  }

  /** The item's place, a new one with nothing known if it has none. */
  private int find(int item) {
    int place = places.place(item);
    if (place == items.length) {
      grow();
    }
    items[place] = item;
    return place;
  }

  private void grow() {
    int room = 2 * items.length;
    items = Arrays.copyOf(items, room);
    distances = Arrays.copyOf(distances, room);
    occurrences = Arrays.copyOf(occurrences, room);
    longTerm = Arrays.copyOf(longTerm, room);
    recent = Arrays.copyOf(recent, room);
    shares = Arrays.copyOf(shares, room);
    similarities = Arrays.copyOf(similarities, room);
    mostLike = Arrays.copyOf(mostLike, room);
    likeLast = Arrays.copyOf(likeLast, room);
    likeMean = Arrays.copyOf(likeMean, room);
  }
}
