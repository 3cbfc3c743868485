/**
 * {@code dolmen bench model}: what the model computes, beside PyTorch and ONNX Runtime on the same
 * weights and threads. Everything is measured in processes of their own by one thread; contenders
 * take turns.
 */
@NullMarked
package dev.dolmen.bench.model;

import org.jspecify.annotations.NullMarked;
