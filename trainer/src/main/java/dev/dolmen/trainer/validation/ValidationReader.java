package dev.dolmen.trainer.validation;

import java.util.List;

/** Figures of quality as of the last batch, without what the trainer does to them. Any thread. */
public sealed interface ValidationReader permits ProgressiveValidation {
  /** Of all predictions since the model was born. */
  ValidationFigures total();

  /** Predictions that there were, of which {@link #total} stands on those that were scored. */
  long seen();

  /** Of the last predictions. */
  ValidationFigures window();

  /** Of all predictions, by age and popularity of the item. */
  List<SliceFigures> slices();

  /** Of the chances of clicks since the model was born. */
  ClickFigures clicks();

  /** Of the chances of clicks given recently. */
  ClickFigures clicksWindow();
}
