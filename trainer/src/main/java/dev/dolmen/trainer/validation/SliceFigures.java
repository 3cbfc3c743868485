package dev.dolmen.trainer.validation;

/**
 * Progressive validation of some of the predictions, since the model was born.
 *
 * @param by what tells slices apart, "age" or "popularity" of the item that came next
 * @param slice which of them
 */
public record SliceFigures(String by, String slice, ValidationFigures figures) {}
