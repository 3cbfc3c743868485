package dev.dolmen.model;

import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.item.ItemActivations;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.KernelThreads;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.AdamW;
import dev.dolmen.model.layer.Floats;
import dev.dolmen.model.layer.ParameterLayout;
import dev.dolmen.model.layer.SignalNetwork;
import dev.dolmen.model.loss.TaskLosses;
import dev.dolmen.model.session.SessionActivations;
import dev.dolmen.model.session.SessionGradients;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;

/**
 * The trainable model: item encoder, session transformer, heads with their losses, and AdamW over
 * one set of dense parameters. Owned by the training thread.
 *
 * <p>One step is {@link #forward}, {@link #backward}, {@link #step}, in this order, with the same
 * batch and rows. The forward computes what serving would, for validation before learning. If the
 * batch has items that are learned from as new ones, that is of no use to the backward, which
 * computes all of it again: then the forward leaves out what validation does not read, and can be
 * left out where nothing is validated.
 */
public final class SessionModel implements AutoCloseable {
  private static final int FORMAT = 0x444d_0003;

  /** That of before likeness had signals of its own; read, too. */
  private static final int FORMAT_BEFORE = 0x444d_0002;

  private static final boolean[] NONE_NEW = {};

  private final Architecture architecture;
  private final float[] parameters;
  private final float[] gradients;
  private final AdamW optimizer;
  private final TaskLosses losses;
  private final KernelThreads threads;
  private final KernelScratch scratch;

  private final ItemActivations items = new ItemActivations();
  private final SessionActivations sessions = new SessionActivations();
  private final ItemActivations itemsWithNew = new ItemActivations();
  private final SessionActivations sessionsWithNew = new SessionActivations();
  private final SessionGradients sessionGradients = new SessionGradients();

  private float[] dSessions = new float[0];
  private float[] dItems = new float[0];
  private float[] dColumns = new float[0];

  /** Sum of the weights of the examples whose gradients wait for {@link #step}. */
  private double weight;

  private boolean finite = true;

  /**
   * A model with fresh parameters.
   *
   * @param seed of the parameters
   */
  public SessionModel(ModelOptions options, DenseOptimizerOptions optimizer, long seed) {
    this(options, optimizer, seed, Kernels.best());
  }

  /**
   * A model with fresh parameters that computes on several threads; with any number of them the
   * same to the bit.
   *
   * @param threads that share large matrix products, the training thread included; closed with the
   *     model
   * @param factory of the other threads, which are daemons
   */
  public SessionModel(
      ModelOptions options,
      DenseOptimizerOptions optimizer,
      long seed,
      int threads,
      ThreadFactory factory) {
    this(options, optimizer, seed, Kernels.best(), new KernelThreads(threads, factory));
  }

  SessionModel(ModelOptions options, DenseOptimizerOptions optimizer, long seed, Kernels kernels) {
    this(options, optimizer, seed, kernels, new KernelThreads(1, Thread.ofPlatform().factory()));
  }

  private SessionModel(
      ModelOptions options,
      DenseOptimizerOptions optimizer,
      long seed,
      Kernels kernels,
      KernelThreads threads) {
    this.threads = threads;
    scratch = new KernelScratch(threads);
    architecture = new Architecture(options, kernels);
    parameters = architecture.initialize(seed);
    gradients = new float[parameters.length];
    this.optimizer = new AdamW(optimizer, architecture.layout);
    losses =
        new TaskLosses(
            kernels, options, architecture.heads, architecture.priorWeight, architecture.signals);
  }

  /** The model's shape. */
  public ModelOptions options() {
    return architecture.options;
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

  /** Where the dense parameters stand. */
  ParameterLayout layout() {
    return architecture.layout;
  }

  /** The dense parameters themselves. */
  float[] parameters() {
    return parameters;
  }

  /** The dense gradients that wait for a step, summed over predictions. */
  float[] gradients() {
    return gradients;
  }

  /**
   * Encodes the batch's items and, with them, its sessions, as serving would: none as a new one. Of
   * a batch with new ones, the items that {@link TrainingBatch#namedItems} counts.
   */
  public void forward(TrainingBatch batch, GatheredRows rows) {
    int count = batch.anyAsNew ? batch.namedItems() : batch.items.records;
    forward(batch, count, rows, NONE_NEW, items, sessions);
  }

  private void forward(
      TrainingBatch batch,
      int count,
      GatheredRows rows,
      boolean[] asNew,
      ItemActivations itemActivations,
      SessionActivations sessionActivations) {
    architecture.items.forward(
        parameters, batch.items, count, rows, asNew, itemActivations, scratch);
    sessionActivations.packed().of(batch, rows, itemActivations.vectors());
    architecture.sessions.forward(parameters, sessionActivations, scratch);
  }

  /**
   * Item vectors of the last forward, row-major from index 0 (the array may be longer), as they
   * would go into the item index: [I, D], of a batch with new ones those of the first {@link
   * TrainingBatch#namedItems}. Valid until the next forward.
   */
  public float[] itemVectors() {
    return items.vectors();
  }

  /**
   * Session vectors of the last forward, row-major [Q, D] from index 0 (the array may be longer).
   * The score of an item is the dot product with its vector, plus its prior times {@link
   * #priorWeight}, plus what its {@link SignalNetwork signals} add. Valid until the next forward.
   */
  public float[] sessionVectors() {
    return sessions.vectors();
  }

  /**
   * The losses of all tasks and the gradients of their weighted sum, with items as new ones.
   *
   * @param rows {@code gradients} are accumulated into, as sums over the predictions; the caller
   *     zeroes them
   * @return the next item's loss, a mean weighted by {@code predictionWeight}; 0 without
   *     predictions
   */
  public double backward(TrainingBatch batch, GatheredRows rows) {
    ItemActivations itemActivations = items;
    SessionActivations sessionActivations = sessions;
    boolean[] asNew = NONE_NEW;
    if (batch.anyAsNew) {
      asNew = batch.asNew;
      itemActivations = itemsWithNew;
      sessionActivations = sessionsWithNew;
      int count = batch.items.records;
      forward(batch, count, rows, asNew, itemActivations, sessionActivations);
    }
    int width = options().width();
    dSessions = Floats.zeros(dSessions, batch.queries() * width);
    dItems = Floats.zeros(dItems, batch.items.records * width);
    losses.forwardBackward(
        batch,
        rows,
        parameters,
        gradients,
        sessionActivations.vectors(),
        itemActivations.vectors(),
        dSessions,
        dItems,
        scratch);
    architecture.sessions.backward(
        parameters, gradients, sessionActivations, sessionGradients, dSessions, dItems, scratch);
    int columns = batch.items.records * architecture.items.columnWidth();
    dColumns = Floats.zeros(dColumns, columns);
    architecture.items.backward(
        parameters,
        gradients,
        batch.items,
        rows,
        asNew,
        itemActivations,
        dItems,
        dColumns,
        scratch);
    weight += losses.weight();
    finite &= losses.finite() && finite(dColumns, columns);
    return losses.mean(0);
  }

  /**
   * Losses of the last backward: of the next item, then of each category head, then of clicks; each
   * a mean over its examples, 0 without any.
   *
   * @param task 0 to below {@link #tasks}
   */
  public double loss(int task) {
    return losses.mean(task);
  }

  /** What a task is about: item, the name of a category's column, or click. */
  public String taskName(int task) {
    List<Integer> columns = options().tasks().categoryColumns();
    if (task == 0) {
      return "item";
    }
    return task <= columns.size()
        ? options().itemColumns().get(columns.get(task - 1)).name()
        : "click";
  }

  /** Tasks that the model learns. */
  public int tasks() {
    return losses.tasks();
  }

  private boolean finite(float[] x, int n) {
    return Float.isFinite(architecture.kernels.dot(x, 0, x, 0, n));
  }

  /**
   * Clips and applies the dense gradients, as means over the predictions, then zeroes them.
   *
   * @return false for a loss or a gradient that is not finite: nothing changed, and the caller must
   *     then leave the embedding rows as they are, too
   */
  public boolean step() {
    boolean done = finite;
    if (finite && weight > 0) {
      done = optimizer.step(parameters, gradients, weight);
    }
    Arrays.fill(gradients, 0);
    weight = 0;
    finite = true;
    return done;
  }

  /** Norm of the dense gradients in the last step tried, before the clip; 0 before the first. */
  public double gradientNorm() {
    return optimizer.gradientNorm();
  }

  /** Learning rate of the last step. */
  public double learningRate() {
    return optimizer.learningRate();
  }

  /** An immutable copy of the dense parameters. */
  public ServingModel publish() {
    return new ServingModel(architecture, parameters.clone());
  }

  /**
   * Replaces the dense parameters; the optimiser's state stays.
   *
   * @param numbers in the order in which they stand; copied
   * @throws IllegalArgumentException if there are more or fewer than the model has, or one is not
   *     finite: nothing changed
   */
  public void replaceParameters(float[] numbers) {
    if (numbers.length != parameters.length) {
      throw new IllegalArgumentException(
          numbers.length + " dense parameters, the model has " + parameters.length);
    }
    for (int i = 0; i < numbers.length; i++) {
      if (!Float.isFinite(numbers[i])) {
        throw new IllegalArgumentException(
            "dense parameter " + i + " is " + numbers[i] + ", expected a finite number");
      }
    }
    System.arraycopy(numbers, 0, parameters, 0, numbers.length);
  }

  /** Writes parameters and optimiser state. */
  public void writeTo(DataOutput out) throws IOException {
    out.writeInt(FORMAT);
    out.writeInt(parameters.length);
    out.writeLong(optimizer.steps());
    out.writeDouble(optimizer.learned());
    ParameterCodec.write(parameters, out);
    ParameterCodec.write(optimizer.firstMoment(), out);
    ParameterCodec.write(optimizer.secondMoment(), out);
  }

  /**
   * Reads what {@link #writeTo} wrote.
   *
   * @throws IOException for another format or another shape, naming both
   */
  public void readFrom(DataInput in) throws IOException {
    Written written = Written.readFrom(in, architecture, parameters);
    System.arraycopy(written.parameters, 0, parameters, 0, parameters.length);
    System.arraycopy(written.first, 0, optimizer.firstMoment(), 0, parameters.length);
    System.arraycopy(written.second, 0, optimizer.secondMoment(), 0, parameters.length);
    optimizer.restore(written.steps, written.learned);
    forgetGradients();
  }

  /**
   * Reads what a model of another shape wrote into this fresh one: what fits by the names of its
   * parts, the rest stays as it began. If that is less than half, the optimizer's steps begin
   * again, too, and with them the rise and fall of its rate.
   *
   * @param before the shape of what was written
   * @param anew feature columns whose values mean something else now
   * @return what became of each part
   * @throws IOException for another format, or if it is not of that shape
   */
  public List<PartMigration> readFrom(DataInput in, ModelOptions before, Set<String> anew)
      throws IOException {
    Architecture was = new Architecture(before, architecture.kernels);
    Written written = Written.readFrom(in, was, was.initialize(0));
    ShapeMigration migration =
        new ShapeMigration(was.layout, before, architecture.layout, architecture.options, anew);
    migration.copy(written.parameters, parameters);
    migration.copy(written.first, optimizer.firstMoment());
    migration.copy(written.second, optimizer.secondMoment());
    boolean begins = migration.isMostlyNew();
    optimizer.restore(begins ? 0 : written.steps, begins ? 0 : written.learned);
    forgetGradients();
    return migration.parts();
  }

  /**
   * What a model of one shape would become in another, as {@link #readFrom(DataInput, ModelOptions,
   * Set)} does it.
   */
  public static List<PartMigration> migration(
      ModelOptions before, ModelOptions now, Set<String> anew) {
    Kernels kernels = Kernels.best();
    return new ShapeMigration(
            new Architecture(before, kernels).layout,
            before,
            new Architecture(now, kernels).layout,
            now,
            anew)
        .parts();
  }

  private void forgetGradients() {
    Arrays.fill(gradients, 0);
    weight = 0;
    finite = true;
  }

  /** What was written; what it lacks is as in a fresh model. */
  @SuppressWarnings("ArrayRecordComponent") // Handed on for a moment, never compared.
  private record Written(
      long steps, double learned, float[] parameters, float[] first, float[] second) {
    static Written readFrom(DataInput in, Architecture of, float[] fresh) throws IOException {
      int format = in.readInt();
      boolean before = format == FORMAT_BEFORE;
      if (format != FORMAT && !before) {
        throw new IOException(
            String.format("model format %08x, this version reads %08x", format, FORMAT));
      }
      int size = in.readInt();
      int expected = of.layout.size() + (before ? SignalNetwork.MORE_BEFORE : 0);
      if (size != expected) {
        throw new IOException(
            "model with " + size + " dense parameters, the configured one has " + expected);
      }
      long steps = in.readLong();
      double learned = in.readDouble();
      float[][] all = new float[3][];
      for (int i = 0; i < all.length; i++) {
        all[i] = new float[size];
        ParameterCodec.read(in, all[i]);
      }
      if (before) {
        all[0] = taken(all[0], of, fresh.clone());
        all[1] = taken(all[1], of, new float[fresh.length]);
        all[2] = taken(all[2], of, new float[fresh.length]);
      }
      return new Written(steps, learned, all[0], all[1], all[2]);
    }

    private static float[] taken(float[] read, Architecture of, float[] into) {
      SignalNetwork.takeBefore(read, of.signals, into);
      return into;
    }
  }

  /** Hash of all parameters and optimiser state, bit for bit. */
  public long stateHash() {
    long hash = optimizer.steps() + 31 * Double.doubleToLongBits(optimizer.learned());
    hash = ParameterCodec.hash(hash, parameters);
    hash = ParameterCodec.hash(hash, optimizer.firstMoment());
    return ParameterCodec.hash(hash, optimizer.secondMoment());
  }

  /** Ends the threads that share products, if there are any; a step after it is a single one's. */
  @Override
  public void close() {
    threads.close();
  }
}
