/**
 * The session encoder as an ONNX graph, for whoever wants to run it elsewhere. Writes bytes and
 * needs no library. May use the root package; owned by the calling thread.
 */
@NullMarked
package dev.dolmen.model.onnx;

import org.jspecify.annotations.NullMarked;
