package dev.dolmen.trainer.learn;

import dev.dolmen.model.SessionModel;
import dev.dolmen.parameterstore.snapshot.SnapshotReader;
import dev.dolmen.trainer.alternatives.ArmCounts;
import dev.dolmen.trainer.impressions.ImpressionJoiner;
import dev.dolmen.trainer.migration.Migration;
import dev.dolmen.trainer.state.StateBytes;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StateRows;
import dev.dolmen.trainer.state.StateSection;
import dev.dolmen.trainer.state.StreamPart;
import dev.dolmen.trainer.validation.ProgressiveValidation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of a learner a snapshot holds next to the rows: model, validation, state, and what came of
 * the experiment that runs, and the shape of the priors. The state is a list of parts in the order
 * in which they are written and read: counters, the parts of the stream state, joiner. Owned by the
 * training thread.
 */
final class LearnerSections {
  private final Learner learner;
  private final ModelPart model;
  private final StreamPart validation;
  private final StreamPart state;
  private final List<StateSection> all = new ArrayList<>();

  LearnerSections(
      Learner learner,
      SessionModel model,
      ProgressiveValidation validation,
      ImpressionJoiner joiner,
      @Nullable ArmCounts arms) {
    this.learner = learner;
    this.model = new ModelPart(model);
    this.validation = validation;
    List<StreamPart> parts = new ArrayList<>();
    parts.add(learner.counters());
    parts.addAll(learner.stream().parts());
    parts.add(joiner);
    parts.add(joiner.clock());
    state = new ListedParts(List.copyOf(parts));
    all.add(new StateSection(StateSection.MODEL, this.model, false));
    all.add(new StateSection(StateSection.VALIDATION, validation, false));
    all.add(new StateSection(StateSection.STATE, state, false));
    all.add(new StateSection(StateSection.PRIOR, learner.stream().priorShape(), true));
    if (arms != null) {
      all.add(new StateSection(StateSection.EXPERIMENT, arms, true));
    }
  }

  List<StateSection> all() {
    return all;
  }

  /** The model that is read next is of another shape; null if it is of this one. */
  void modelFrom(@Nullable Migration migration) {
    model.migration = migration;
  }

  StreamPart state() {
    return state;
  }

  void copyModelFrom(SessionModel other) {
    copy(other::writeTo, model);
  }

  void copyValidationFrom(ProgressiveValidation other) {
    copy(other.copy(), validation);
  }

  private static void copy(StateCopy from, StreamPart to) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      from.writeTo(new DataOutputStream(bytes));
      to.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Parameters and optimizer state. */
  private final class ModelPart implements StreamPart {
    private final SessionModel model;
    private final StateBytes bytes = new StateBytes();
    private @Nullable Migration migration;

    ModelPart(SessionModel model) {
      this.model = model;
    }

    @Override
    public StateCopy copy() {
      return bytes.copy(model::writeTo);
    }

    @Override
    public void readFrom(DataInput in) throws IOException {
      if (migration == null) {
        model.readFrom(in);
      } else {
        migration.readModel(model, in);
      }
      learner.modelRestored();
    }
  }

  /** One part after the other. */
  private final class ListedParts implements StreamPart {
    private final List<StreamPart> parts;

    ListedParts(List<StreamPart> parts) {
      this.parts = parts;
    }

    @Override
    public StateCopy copy() {
      return listed(parts.stream().map(StreamPart::copy).toList());
    }

    @Override
    public List<StateRows> rows() {
      return parts.stream().flatMap(part -> part.rows().stream()).toList();
    }

    @Override
    public StateCopy copyRest() {
      return listed(parts.stream().map(StreamPart::copyRest).toList());
    }

    private static StateCopy listed(List<StateCopy> copies) {
      return out -> {
        for (StateCopy copy : copies) {
          copy.writeTo(out);
        }
      };
    }

    /** Rows too before the next part: a session refers to items. */
    @Override
    public void readParted(DataInput rest, SnapshotReader sections) throws IOException {
      for (StreamPart part : parts) {
        part.readParted(rest, sections);
      }
      learner.restored();
    }

    @Override
    public void readFrom(DataInput in) throws IOException {
      for (StreamPart part : parts) {
        part.readFrom(in);
      }
      learner.restored();
    }
  }
}
