/**
 * Options that several commands of the evaluation have: which dataset is read, by which protocol,
 * and with which configuration. One thread.
 */
@NullMarked
package dev.dolmen.evaluation.options;

import org.jspecify.annotations.NullMarked;
