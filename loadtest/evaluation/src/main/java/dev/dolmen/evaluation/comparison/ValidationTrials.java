package dev.dolmen.evaluation.comparison;

import com.google.protobuf.CodedOutputStream;
import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.ProtocolRun;
import dev.dolmen.evaluation.protocol.SmallerPlans;
import dev.dolmen.evaluation.protocol.StreamSplit;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.server.data.DatasetImport;
import dev.dolmen.server.data.ImportOptions;
import dev.dolmen.server.data.ImportReport;
import dev.dolmen.server.data.RecBoleDataset;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What settings of the product are compared on: the validation part of a dataset, as {@code dolmen
 * eval --validation} predicts it, after all that may be learned or only the most recent part of it.
 * A test part is not read. One thread.
 */
public final class ValidationTrials {
  /**
   * Share of a stream that is read where there is no test part and no limit: the rest is left for a
   * test.
   */
  public static final double STREAM_SHARE = 0.9;

  /**
   * What is predicted, and how.
   *
   * @param folder of the dataset
   * @param protocol of {@link #protocols()}
   * @param limit clicks that are read at most, of each part
   * @param windowMs of a stream
   * @param liveBatchMs event time after which what was clicked is learned, of a stream
   */
  public record Predicted(
      Path folder, String protocol, long limit, long windowMs, long liveBatchMs) {
    /** Whether clicks are learned as they happen, each once. */
    public boolean stream() {
      return protocol.equals(ProtocolRun.STREAM);
    }

    private Predicted withLimit(long other) {
      return new Predicted(folder, protocol, other, windowMs, liveBatchMs);
    }
  }

  private final Predicted predicted;
  private final EvalDataset dataset;
  private final SmallerPlans plans;

  private ValidationTrials(Predicted predicted, EvalDataset dataset, Plan whole) {
    this.predicted = predicted;
    this.dataset = dataset;
    plans = new SmallerPlans(whole, predicted.windowMs(), predicted.liveBatchMs());
  }

  /** Names of the protocols. */
  public static List<String> protocols() {
    return ProtocolRun.VALIDATED;
  }

  /**
   * Reads what is learned and predicted.
   *
   * @param options how files are read
   * @param schema of items and visits; null to infer it
   * @param progress told the number of clicks read
   * @throws IOException if a file cannot be read or is malformed, or the dataset does not fit the
   *     protocol
   */
  public static ValidationTrials read(
      Predicted wanted, ImportOptions options, @Nullable Schema schema, LongConsumer progress)
      throws IOException {
    Predicted predicted = wanted.stream() ? wanted.withLimit(streamLimit(wanted, options)) : wanted;
    EvalDataset dataset =
        EvalDataset.read(
            predicted.folder(),
            options,
            schema,
            ProtocolRun.held(predicted.protocol(), true, predicted.folder()),
            predicted.limit(),
            progress);
    return new ValidationTrials(predicted, dataset, whole(predicted, dataset));
  }

  /** Of a stream without a test part the end is left for one. */
  private static long streamLimit(Predicted predicted, ImportOptions options) throws IOException {
    if (predicted.limit() < Long.MAX_VALUE
        || EvalDataset.has(predicted.folder(), EvalDataset.Held.TEST)) {
      return predicted.limit();
    }
    RecBoleDataset all = RecBoleDataset.find(predicted.folder());
    long clicks =
        DatasetImport.look(all, options, null, Long.MAX_VALUE, (rows, share) -> {})
            .require()
            .profile()
            .events();
    return Math.max(1, (long) (STREAM_SHARE * clicks));
  }

  private static Plan whole(Predicted predicted, EvalDataset dataset) throws IOException {
    if (predicted.protocol().equals(ProtocolRun.STATIC)) {
      return ProtocolRun.ofStatic(dataset, true, false).plans().getFirst();
    }
    if (predicted.protocol().equals(ProtocolRun.LEAVE_ONE_OUT)) {
      return ProtocolRun.ofLeaveOneOut(dataset, true, 1).plans().getFirst();
    }
    return ProtocolRun.ofStream(
            dataset, List.of(StreamSplit.LIVE), predicted.windowMs(), predicted.liveBatchMs(), 0)
        .plans()
        .getFirst();
  }

  /** What reading the part that may be learned came to. */
  public ImportReport report() {
    return dataset.report();
  }

  /** Name of the dataset. */
  public String dataset() {
    return dataset.name();
  }

  /** The slots of items and visits. */
  public Schema schema() {
    return dataset.schema();
  }

  /** What is predicted, with the limit that was found for a stream. */
  public Predicted predicted() {
    return predicted;
  }

  /** SHA-256 of the clicks and items that were read, in hexadecimal digits. */
  public String fingerprint() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    try (DigestOutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      CodedOutputStream coded = CodedOutputStream.newInstance(out);
      coded.useDeterministicSerialization();
      for (int item = 0; item < dataset.items(); item++) {
        coded.writeMessageNoTag(dataset.item(item));
      }
      coded.flush();
      for (List<EvalClick> clicks : List.of(dataset.learned(), dataset.held())) {
        out.write(("\n" + clicks.size()).getBytes(StandardCharsets.UTF_8));
        for (EvalClick click : clicks) {
          out.write(
              ("\n"
                      + click.session()
                      + " "
                      + click.item()
                      + " "
                      + click.timeMs()
                      + " "
                      + click.row())
                  .getBytes(StandardCharsets.UTF_8));
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("nothing is written anywhere", e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * The validation part after some of what may be learned.
   *
   * @param share of what may be learned, the most recent part; above 0, at most 1
   * @throws IOException if nothing is left to predict
   */
  public TrialRung rung(double share) throws IOException {
    Plan plan = plans.of(share);
    if (plan.counted() == 0) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: nothing to predict after the last %,d clicks of what may be learned",
              dataset.name(),
              new TrialRung(dataset, plan).learned()));
    }
    return new TrialRung(dataset, plan);
  }
}
