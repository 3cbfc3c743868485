package dev.dolmen.model.loss;

import dev.dolmen.model.data.TaskOptions;
import dev.dolmen.model.layer.ParameterLayout;
import java.util.Arrays;

/**
 * Weights of the tasks, on request with a factor learned from how uncertain each is (Kendall, Gal
 * and Cipolla, "Multi-task learning using uncertainty to weigh losses", CVPR 2018, section 3.3):
 * what is minimised is the sum over tasks of λ (e⁻ˢ L + s n / 2), where L is the task's loss summed
 * over its n examples, λ its configured weight and s, the logarithm of its variance, is learned and
 * starts at 0.
 */
final class TaskWeights {
  private final float[] configured;
  private final boolean learned;
  private final int logVariance;

  TaskWeights(ParameterLayout layout, TaskOptions tasks) {
    int categories = tasks.categoryColumns().size();
    configured = new float[1 + categories + (tasks.clicks() ? 1 : 0)];
    Arrays.fill(configured, 1, 1 + categories, tasks.categoryWeight());
    if (tasks.clicks()) {
      configured[1 + categories] = tasks.clickWeight();
    }
    configured[0] = 1;
    learned = tasks.learnedWeights();
    logVariance = learned ? layout.vector("task/log-variance", configured.length, 0) : 0;
  }

  /** Tasks: the next item, then the categories, then clicks. */
  int tasks() {
    return configured.length;
  }

  /** λ. */
  float configured(int task) {
    return configured[task];
  }

  /** λ e⁻ˢ, what the gradients of a task's loss are multiplied with. */
  float factor(float[] parameters, int task) {
    float weight = configured[task];
    return learned ? weight * (float) StrictMath.exp(-parameters[logVariance + task]) : weight;
  }

  /**
   * Accumulates the gradient of s.
   *
   * @param loss L
   * @param examples n
   */
  void backward(float[] parameters, float[] gradients, int task, double loss, double examples) {
    if (learned) {
      gradients[logVariance + task] +=
          (float) (configured[task] * examples / 2 - factor(parameters, task) * loss);
    }
  }
}
