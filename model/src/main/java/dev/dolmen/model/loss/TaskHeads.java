package dev.dolmen.model.loss;

import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.TaskOptions;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.ClickHead;
import dev.dolmen.model.layer.Linear;
import dev.dolmen.model.layer.ParameterLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of the tasks beside the next item: which layers read them. Immutable, any thread.
 */
public final class TaskHeads {
  final List<Linear> categories = new ArrayList<>();
  final @Nullable ClickHead clicks;
  final TaskWeights weights;

  /** Adds the heads to the layout, those that {@code options} ask for. */
  public TaskHeads(Kernels kernels, ParameterLayout layout, ModelOptions options) {
    TaskOptions tasks = options.tasks();
    for (int column : tasks.categoryColumns()) {
      String name = "predict/" + options.itemColumns().get(column).name();
      int dim = options.itemColumns().get(column).dim();
      categories.add(new Linear(kernels, layout, name, options.width(), dim, 0));
    }
    clicks = tasks.clicks() ? new ClickHead(kernels, layout, options.width()) : null;
    weights = new TaskWeights(layout, tasks);
  }

  /** Completes fresh parameters, after their layout initialised them. */
  public void initialize(float[] parameters) {
    if (clicks != null) {
      clicks.initialize(parameters);
    }
  }

  /** The head for clicks; null if the model has none. */
  public @Nullable ClickHead clicks() {
    return clicks;
  }
}
