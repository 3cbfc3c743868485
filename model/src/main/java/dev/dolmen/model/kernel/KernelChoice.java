package dev.dolmen.model.kernel;

import jdk.incubator.vector.FloatVector;

/** The choice among kernels, made once. */
final class KernelChoice {
  static final Kernels BEST = choose();

  private KernelChoice() {}

  private static Kernels choose() {
    int lanes = FloatVector.SPECIES_PREFERRED.length();
    return lanes >= 4
        ? new VectorKernels("the widest vectors of the machine hold " + lanes + " floats")
        : new ScalarKernels("the machine's vectors hold fewer than 4 floats");
  }
}
