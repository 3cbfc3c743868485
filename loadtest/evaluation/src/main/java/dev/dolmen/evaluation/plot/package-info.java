/**
 * Drawing: an SVG canvas, scales of axes, and marks by which models are told apart without colors.
 * Depends on no other room. One thread.
 */
@NullMarked
package dev.dolmen.evaluation.plot;

import org.jspecify.annotations.NullMarked;
