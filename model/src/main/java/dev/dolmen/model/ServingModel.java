package dev.dolmen.model;

import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.SessionInput;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.ClickHead;
import dev.dolmen.model.layer.ParameterLayout;
import dev.dolmen.model.layer.SignalNetwork;
import dev.dolmen.model.session.SessionPanels;
import java.util.Arrays;
import java.util.List;

/** The dense parameters as they were after one step; immutable, for any number of threads. */
public final class ServingModel {
  private static final boolean[] NONE_DROPPED = {};

  private final Architecture architecture;
  private final float[] parameters;
  private final SessionPanels panels;

  /** Takes ownership of {@code parameters}. */
  ServingModel(Architecture architecture, float[] parameters) {
    this.architecture = architecture;
    this.parameters = parameters;
    panels = architecture.sessions.panels(parameters);
  }

  /** A model of this shape of which nothing is known: all of its parameters are 0. */
  public static ServingModel zeros(ModelOptions options) {
    Architecture architecture = new Architecture(options, Kernels.best());
    return new ServingModel(architecture, new float[architecture.layout.size()]);
  }

  /**
   * A model of the same shape with other parameters.
   *
   * @param numbers in the order of {@link #copyParameters}; taken over, not changed any more
   * @throws IllegalArgumentException if there are more or fewer than this has
   */
  public ServingModel with(float[] numbers) {
    if (numbers.length != parameters.length) {
      throw new IllegalArgumentException(
          numbers.length + " dense parameters, the model has " + parameters.length);
    }
    return new ServingModel(architecture, numbers);
  }

  /** How many dense parameters there are. */
  public int parameters() {
    return parameters.length;
  }

  /** A copy of all dense parameters, in the order in which they stand. */
  public float[] copyParameters() {
    return parameters.clone();
  }

  /** Hash of all dense parameters, bit for bit. */
  public long hash() {
    return ParameterCodec.hash(0, parameters);
  }

  /** The model's shape. */
  public ModelOptions options() {
    return architecture.options;
  }

  /** The dense parameters' tensors, in order: names and shapes. */
  public List<ParameterLayout.Tensor> tensors() {
    return architecture.layout.tensors();
  }

  /**
   * A copy of one tensor's numbers, row-major.
   *
   * @throws IllegalArgumentException if there is no tensor of that name
   */
  public float[] tensor(String name) {
    ParameterLayout.Tensor tensor = architecture.layout.tensor(name);
    return Arrays.copyOfRange(parameters, tensor.offset(), tensor.offset() + tensor.size());
  }

  /** Learned weight of an item's popularity prior in its score. */
  public float priorWeight() {
    return parameters[architecture.priorWeight];
  }

  /**
   * Copies the parameters of the {@link SignalNetwork}.
   *
   * @param out overwritten, [{@link SignalNetwork#PARAMETERS}]
   */
  public void copySignals(float[] out) {
    System.arraycopy(parameters, architecture.signals, out, 0, SignalNetwork.PARAMETERS);
  }

  /**
   * Encodes items from their features, into vectors of length 1. An item whose id is not admitted
   * names row 0 of the id slot with weight 1, see {@link GatheredRows}.
   *
   * @param items records to encode, I of them
   * @param rows the embedding rows that {@code items} names
   * @param out overwritten from {@code outOffset}, row-major [I, D]
   * @param workspace of the calling thread
   */
  public void encodeItems(
      FeatureBlock items, GatheredRows rows, float[] out, int outOffset, Workspace workspace) {
    architecture.items.forward(
        parameters, items, items.records, rows, NONE_DROPPED, workspace.items, workspace.scratch);
    System.arraycopy(
        workspace.items.vectors(), 0, out, outOffset, items.records * options().width());
  }

  /**
   * Encodes sessions, each by its last position; the score of an item is the dot product of the
   * result with its vector, plus its popularity prior times {@link #priorWeight}, plus what its
   * {@link SignalNetwork signals} add.
   *
   * @param input one or more sessions of 1 to L tokens
   * @param out overwritten, [sessions, D]
   * @param workspace of the calling thread
   * @throws IllegalArgumentException for no tokens or more than L, an event type or gap out of
   *     range
   */
  public void encodeSession(SessionInput input, float[] out, Workspace workspace) {
    check(input);
    workspace.sessions.packed().of(input);
    architecture.sessions.encode(parameters, panels, workspace.sessions, workspace.scratch);
    System.arraycopy(workspace.sessions.vectors(), 0, out, 0, input.sessions * options().width());
  }

  /** Whether the model has learned which of the items shown are clicked. */
  public boolean predictsClicks() {
    return architecture.heads.clicks() != null;
  }

  /**
   * Projects session vectors for {@link #clickChance}.
   *
   * @param sessions what {@link #encodeSession} gave, row-major from {@code offset}, [count, D]
   * @param out overwritten, [count, D]
   * @param workspace of the calling thread
   * @throws IllegalStateException if the model has no head for clicks
   */
  public void clickQueries(
      float[] sessions, int offset, int count, float[] out, Workspace workspace) {
    clicks().projection().forward(parameters, sessions, offset, out, 0, count, workspace.scratch);
  }

  /**
   * The chance that an item is clicked if it is shown: calibrated, as far as the model has learned
   * from impressions.
   *
   * @param queries what {@link #clickQueries} gave, the session's from {@code queryOffset}
   * @param items item vectors, the item's from {@code itemOffset}
   * @param position where it is shown, from 0
   * @throws IllegalStateException if the model has no head for clicks
   */
  public float clickChance(
      float[] queries, int queryOffset, float[] items, int itemOffset, int position) {
    return ClickHead.sigmoid(
        clicks().logit(parameters, queries, queryOffset, items, itemOffset, position));
  }

  private ClickHead clicks() {
    ClickHead head = architecture.heads.clicks();
    if (head == null) {
      throw new IllegalStateException("the model has no head for clicks: tasks.clicks is off");
    }
    return head;
  }

  private void check(SessionInput session) {
    ModelOptions options = options();
    for (int s = 0; s < session.sessions; s++) {
      int length = session.sessionStart[s + 1] - session.sessionStart[s];
      if (length < 1 || length > options.maxSessionLength()) {
        throw new IllegalArgumentException(
            "a session of " + length + " tokens, expected 1 to " + options.maxSessionLength());
      }
    }
    for (int t = 0; t < session.tokens; t++) {
      if (session.type[t] < 0 || session.type[t] >= options.eventTypes()) {
        throw new IllegalArgumentException(
            "event type " + session.type[t] + ", expected 0 to " + (options.eventTypes() - 1));
      }
      if (session.gap[t] < 0 || session.gap[t] >= options.gapBuckets()) {
        throw new IllegalArgumentException(
            "gap bucket " + session.gap[t] + ", expected 0 to " + (options.gapBuckets() - 1));
      }
    }
  }
}
