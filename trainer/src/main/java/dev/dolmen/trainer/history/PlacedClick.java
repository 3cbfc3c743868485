package dev.dolmen.trainer.history;

/**
 * The first click of a visit on an item of an answer that it was shown.
 *
 * @param position of the item in the answer, from 0
 * @param by what had ranked
 */
record PlacedClick(String itemId, int position, ShownBy by) {}
