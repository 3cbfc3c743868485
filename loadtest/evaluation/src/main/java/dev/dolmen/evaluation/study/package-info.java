/**
 * Studies: claims that the product is built on, put to the test on somebody's data through the same
 * engine that serves. May depend on every module but benchmarks; one thread beside the engine's
 * own.
 */
@NullMarked
package dev.dolmen.evaluation.study;

import org.jspecify.annotations.NullMarked;
