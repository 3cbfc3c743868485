package dev.dolmen.evaluation.protocol;

import dev.dolmen.server.data.Interaction;

/**
 * One click of a dataset.
 *
 * @param session number of its session, from 0
 * @param item number of its item, from 0, in order of appearance
 * @param timeMs event time, milliseconds since 1970
 * @param row as it stands in the file
 */
public record EvalClick(int session, int item, long timeMs, Interaction row) {}
