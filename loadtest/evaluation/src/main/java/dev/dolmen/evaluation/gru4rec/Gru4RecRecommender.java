package dev.dolmen.evaluation.gru4rec;

import dev.dolmen.trainer.baseline.Click;
import dev.dolmen.trainer.baseline.ItemScores;
import dev.dolmen.trainer.baseline.OnlineRecommender;
import dev.dolmen.trainer.baseline.SessionPrefix;
import dev.dolmen.trainer.session.SessionSlots;
import dev.dolmen.trainer.state.Bounds;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * GRU4Rec, learned click by click: Hidasi and Karatzoglou, "Recurrent Neural Networks with Top-k
 * Gains for Session-based Recommendations", CIKM 2018. A GRU reads a session's items; an item's
 * score is its embedding times the state, plus a bias.
 *
 * <p>Of what Hidasi and Czapp, "The Effect of Third Party Implementations on Reproducibility",
 * RecSys 2023, found to be missing or wrong in other implementations, to the loss of quality, this
 * has: embeddings that input and output share (constrained embedding), negatives drawn by
 * clicks^alpha and shared by the batch beside the batch's own targets, cross entropy and BPR-max,
 * dropout of input and output, Adagrad, a bias for each item, and states that go on from click to
 * click with gradients through one step. It differs where a stream asks for it:
 *
 * <ul>
 *   <li>Mini-batches are session-parallel: each step takes one click of each of {@link
 *       Gru4RecOptions#batchSessions} sessions, those that have waited longest. A click waits until
 *       so many sessions have one; {@link #learnWaiting} ends that.
 *   <li>Chances of negatives follow the clicks that have come, not the whole data.
 *   <li>Candidates are distinct, so the target is never a negative of its own prediction, and the
 *       correction (logQ) is the logarithm of the chance that an item is a candidate at all.
 *   <li>States that are kept are whole, dropout is for the output only; there is no momentum, no
 *       non-linearity of scores, and one layer.
 * </ul>
 *
 * <p>For another pass over the same clicks give the sessions other numbers: a session goes on where
 * it was. A prediction costs one step of the cell a click and one product with all items.
 */
public final class Gru4RecRecommender implements OnlineRecommender {
  /** Added to Adagrad's sums. */
  static final float EPSILON = 1e-6f;

  private final Gru4RecOptions options;
  private final int width;
  private final EmbeddedItems items;
  private final NegativeSampler sampler;
  private final SplittableRandom random;
  private final SessionSlots slots;
  private final WaitingClicks waiting = new WaitingClicks();
  private final GruStep step;
  private final GruCell asking;
  private final float[] parameters;
  private final float[] squares;

  /** By place of a session. */
  private float[] states = new float[0];

  private int[] lastItems = new int[0];

  /** Of a step: places and items by row, items by candidate. */
  private final int[] places;

  private final int[] targetItems;
  private final int[] candidateItems;
  private int candidates;

  /** By item: one more than its candidate in the step that is under way, or 0. */
  private int[] candidateOf = new int[0];

  private final float[] input;
  private final float[] state;
  private final float[] nextState;

  /** Starts without clicks. */
  public Gru4RecRecommender(Gru4RecOptions options) {
    this.options = options;
    width = options.width();
    int rows = options.batchSessions();
    items = new EmbeddedItems(width, options.maxItems(), options.seed());
    sampler = new NegativeSampler(options.sampleExponent());
    random = new SplittableRandom(options.seed());
    slots = new SessionSlots(options.maxSessions());
    NextItemLoss loss = new NextItemLoss(options.loss(), options.regularization());
    step = new GruStep(width, rows, rows + options.samples(), loss);
    asking = new GruCell(width, 1);
    parameters = asking.start(random);
    squares = new float[parameters.length];
    places = new int[rows];
    targetItems = new int[rows];
    candidateItems = new int[rows + options.samples()];
    input = new float[width];
    state = new float[width];
    nextState = new float[width];
  }

  @Override
  public String name() {
    return "gru4rec";
  }

  @Override
  public void learn(Click click) {
    Bounds.check("item", click.item(), 0, options.maxItems() - 1L);
    items.include(click.item());
    sampler.count(click.item());
    int place = slots.find(click.session());
    if (place < 0) {
      open(click.session(), click.item());
      return;
    }
    waiting.add(place, click.item());
    if (waiting.sessions() >= options.batchSessions() || waiting.size() >= options.maxWaiting()) {
      step();
    }
  }

  /** Learns all clicks that wait for more sessions, as at the end of a stream. */
  public void learnWaiting() {
    while (waiting.size() > 0) {
      step();
    }
  }

  private void open(long session, int firstItem) {
    while (slots.full() && waiting.has(slots.nextPlace())) {
      step();
    }
    int place = slots.open(session);
    if (place >= lastItems.length) {
      int length = Math.min(options.maxSessions(), Math.max(16, 2 * place));
      states = Arrays.copyOf(states, length * width);
      lastItems = Arrays.copyOf(lastItems, length);
    }
    Arrays.fill(states, place * width, (place + 1) * width, 0);
    lastItems[place] = firstItem;
  }

  private void step() {
    int n = waiting.take(places, targetItems);
    sampler.refresh();
    pickCandidates(n);
    for (int row = 0; row < n; row++) {
      items.copy(lastItems[places[row]], step.inputs, row * width);
      System.arraycopy(states, places[row] * width, step.before, row * width, width);
    }
    drawMask(step.inputMask, n * width, options.inputDropout());
    drawMask(step.outputMask, n * width, options.outputDropout());
    step.forwardBackward(n, candidates, parameters);
    update(n);
    for (int row = 0; row < n; row++) {
      System.arraycopy(step.after, row * width, states, places[row] * width, width);
      lastItems[places[row]] = targetItems[row];
    }
  }

  private void pickCandidates(int n) {
    if (candidateOf.length < items.size()) {
      candidateOf = new int[Math.max(items.size(), candidateOf.length * 3 / 2)];
    }
    candidates = 0;
    for (int row = 0; row < n; row++) {
      step.targets[row] = candidate(targetItems[row]);
    }
    for (int i = 0; i < options.samples(); i++) {
      candidate(sampler.draw(random));
    }
    boolean corrected = options.loss() == GruLoss.CROSS_ENTROPY && options.logQ() > 0;
    for (int v = 0; v < candidates; v++) {
      int item = candidateItems[v];
      items.copy(item, step.candidates, v * width);
      step.biases[v] = items.bias(item);
      step.corrections[v] =
          corrected ? (float) (options.logQ() * sampler.logChance(item, n, options.samples())) : 0;
    }
    for (int v = 0; v < candidates; v++) {
      candidateOf[candidateItems[v]] = 0;
    }
  }

  private int candidate(int item) {
    if (candidateOf[item] == 0) {
      candidateItems[candidates] = item;
      candidateOf[item] = ++candidates;
    }
    return candidateOf[item] - 1;
  }

  private void drawMask(float[] mask, int length, double dropout) {
    if (dropout == 0) {
      Arrays.fill(mask, 0, length, 1);
      return;
    }
    float kept = (float) (1 / (1 - dropout));
    for (int i = 0; i < length; i++) {
      mask[i] = random.nextDouble() < dropout ? 0 : kept;
    }
  }

  /** An item that is a candidate and an input, or the input of several, is moved for each. */
  private void update(int n) {
    float rate = (float) options.learningRate();
    EmbeddedItems.adagrad(
        rate, step.gradients.parameters, 0, parameters, squares, 0, parameters.length);
    for (int v = 0; v < candidates; v++) {
      items.step(candidateItems[v], rate, step.dCandidates, v * width, step.dBiases[v]);
    }
    for (int row = 0; row < n; row++) {
      items.step(lastItems[places[row]], rate, step.gradients.input, row * width, 0);
    }
  }

  @Override
  public void score(SessionPrefix prefix, long nowSec, ItemScores scores) {
    Arrays.fill(state, 0);
    int known = 0;
    for (int i = Math.max(0, prefix.size() - options.reach()); i < prefix.size(); i++) {
      if (prefix.item(i) < items.size()) {
        items.copy(prefix.item(i), input, 0);
        asking.forward(1, parameters, input, state, nextState);
        System.arraycopy(nextState, 0, state, 0, width);
        known++;
      }
    }
    for (int item = 0; known > 0 && item < items.size(); item++) {
      if (sampler.clicks(item) > 0) {
        scores.add(item, items.score(state, item));
      }
    }
  }
}
