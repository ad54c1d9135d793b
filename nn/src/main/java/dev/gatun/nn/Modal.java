package dev.gatun.nn;

/** A model whose forward pass differs between training and evaluation; new ones are in training. */
public interface Modal extends Model {

  /**
   * Switches this part alone; {@link Model#train()} and {@link Model#eval()} switch a whole model.
   */
  void training(boolean training);

  boolean isTraining();
}
